"""A name is found in the same places by Python, which changes files, and by PostgreSQL, which changes rows."""

import psycopg
import pytest

from syndication_assets.scraping.erasure.person_to_erase import Person

TEXTS = [
    "@anna said anna: /in/anna/ and anna-b",
    "anna",
    "Anna",
    "dataset_anna_2025-11-25.json",
    'x "anna" y',
    "Anna Ash, ANNA ASH; Annabel Ash",
    "lena-beispiel, xlena-beispiel, lena-beispiel-2, /in/Lena-Beispiel?a=1",
    "/in/ana%C3%AFs and ana\u00efs",
    "a.b_c+d (x) a.b",
]
PEOPLE = [
    Person("linkedin", "anna", ("Anna Ash",)),
    Person("linkedin", "lena-beispiel", ("Lena",)),
    Person("linkedin", "ana\u00efs"),
    Person("youtube", "a.b_c+d", ("(x) a",)),
]


@pytest.mark.both_servers
def test_postgresql_replaces_a_name_where_python_does(shared_database: str):
    with psycopg.connect(shared_database) as connection:
        for person in PEOPLE:
            for text in TEXTS:
                [(replaced, is_found)] = connection.execute(
                    "select regexp_replace(%s, %s, 'ers-0000000a', 'gi'), %s ~* %s",
                    [text, person.pattern, text, person.pattern],
                ).fetchall()
                assert replaced == person.without_name(text, "ers-0000000a"), (person, text)
                assert is_found == (replaced != text), (person, text)
