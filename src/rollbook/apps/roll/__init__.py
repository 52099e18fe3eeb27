"""The admission register: pupils, parents and contacts, enrolments, membership of teaching groups."""
