"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from rollbook.config.turns import OneAtATime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollbook.config.settings")
application = OneAtATime(get_wsgi_application())
