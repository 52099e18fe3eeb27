"""What people see: pages, form fields, components and who may open which page."""
