"""The DfE's published attendance figures that come with the product, and how they are made from the DfE's files.

Contains public sector information licensed under the Open Government Licence v3.0: Department for Education, Pupil
attendance in schools, and Pupil absence in schools in England. `windows.csv` lists the tables, `areas.csv` and
`daily.csv.gz` are made by `bin/benchmarks.py`, `census.csv` and `groups.csv` were taken from printed tables.

`published_on` is since when a table may be compared with, and `day_from` where that day is from: in the name
of the file ("file"); that of the whole year's table, with which the terms and the last week agree ("years-file"); or
assumed from the DfE's timetable, by which the census of a full year is out in March ("timetable").
"""

from rollbook.formats.benchmarks.making import MEASURES, make
from rollbook.formats.benchmarks.reading import published

__all__ = ["MEASURES", "make", "published"]
