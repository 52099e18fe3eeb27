"""Makes the DfE's figures that come with the product from the files it publishes: bin/benchmarks.py FOLDER

A new year: add its table to src/rollbook/formats/benchmarks/windows.csv (days, day of publication
and where that is from, name of the file),
put the file beside the others in FOLDER and run this. The files come from "Pupil attendance in schools" on
https://explore-education-statistics.service.gov.uk (Open Government Licence v3.0).
"""

import sys
from pathlib import Path

from rollbook.formats.benchmarks.making import make, write
from rollbook.formats.benchmarks.reading import FOLDER, rows_of


def main() -> None:
    """Writes areas.csv and daily.csv.gz."""
    if len(sys.argv) != 2 or not (folder := Path(sys.argv[1])).is_dir():
        sys.exit(f"Give the folder with the DfE's files.\n\n{__doc__}")
    areas, figures = make(folder, rows_of(FOLDER / "windows.csv"))
    write(FOLDER / "areas.csv", areas)
    write(FOLDER / "daily.csv.gz", figures)
    print(f"{len(figures) - 1:,} lines of {len(areas) - 1} areas")  # noqa: T201


if __name__ == "__main__":
    main()
