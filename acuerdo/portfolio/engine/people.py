"""Debtors, the other people of an obligation, and how to reach them, from one batch."""

import hashlib
import re

import polars as pl

from acuerdo.kernel.phone import parse_phone
from acuerdo.kernel.text import search_key
from acuerdo.portfolio.engine.batch import Batch, first_of, mapped
from acuerdo.portfolio.rules.people import WITHOUT_DOCUMENT, Identity, identity_of, shown_name, whole_name

RELATIONS = ("co_debtor", "guarantor", "reference")
_EMAIL = r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$"
_SEVERAL_PHONES = r"\s*[/;|,]\s*|\s+[yo]\s+"
PARTY_SCHEMA = {
    "row": pl.Int64(),
    "number": pl.String(),
    "relation": pl.String(),
    "id_type": pl.String(),
    "id_number": pl.String(),
    "is_company": pl.Boolean(),
    "full_name": pl.String(),
    "search_name": pl.String(),
}
CONTACT_SCHEMA = {
    "row": pl.Int64(),
    "id_type": pl.String(),
    "id_number": pl.String(),
    "kind": pl.String(),
    "value": pl.String(),
    "label": pl.String(),
    "phone_type": pl.String(),
    "is_valid": pl.Boolean(),
    "invalid_reason": pl.String(),
}


def identities(batch: Batch) -> pl.DataFrame:
    """id_type, id_number, is_company, full_name and search_name of the debtor of each row."""
    numbers = batch.number("id_number")
    batch.reject(numbers.is_null(), "cell-missing", field="id_number")
    types = batch.text("id_type", 60).fill_null("")
    profile = batch.plan.profile
    found = _judged(numbers, types, country=profile.country, check_digits=profile.check_digits == "reject")
    for code in ("id-type-unknown", "id-malformed", "id-check-digit", "id-scientific"):
        is_type = code == "id-type-unknown"
        batch.reject(
            found["code"] == code,
            code,
            field="id_type" if is_type else "id_number",
            value=types if is_type else numbers,
        )
    company = batch.text("company_name", 200)
    names = _names(batch)
    batch.reject(company.is_null() & (names == ""), "cell-missing", field="name")
    is_company = found["is_company"].fill_null(False) | (company.is_not_null() & (names == ""))
    full = _shown(first_of([pl.select(pl.when(is_company).then(company)).to_series(), names]), is_company)
    return pl.DataFrame(
        {
            "id_type": found["id_type"],
            "id_number": found["id_number"],
            "is_company": is_company,
            "full_name": full,
            "search_name": mapped(full, search_key),
        }
    )


def _judged(numbers: pl.Series, types: pl.Series, *, country: str, check_digits: bool) -> pl.DataFrame:
    """Each distinct pair of number and type is judged once."""
    pairs = pl.DataFrame({"number": numbers, "type": types})
    distinct = pairs.drop_nulls("number").unique()
    judged: list[Identity] = [
        identity_of(number, kind, country=country, check_digits=check_digits) for number, kind in distinct.iter_rows()
    ]
    made = distinct.with_columns(
        pl.Series("id_type", [one.kind for one in judged], dtype=pl.String),
        pl.Series("id_number", [one.number for one in judged], dtype=pl.String),
        pl.Series("is_company", [one.is_company for one in judged], dtype=pl.Boolean),
        pl.Series("code", [one.code for one in judged], dtype=pl.String),
    )
    return pairs.join(made, on=["number", "type"], how="left", maintain_order="left")


def _names(batch: Batch) -> pl.Series:
    parts = [
        batch.text(field, 200).fill_null("") for field in ("name", "given_names", "family_names", "second_family_name")
    ]
    if all((part == "").all() for part in parts[1:]):
        return parts[0]
    return pl.Series([whole_name(*row) for row in zip(*parts, strict=True)], dtype=pl.String)


def _shown(names: pl.Series, is_company: pl.Series) -> pl.Series:
    shown = [shown_name(name, is_company=company) for name, company in zip(names, is_company, strict=True)]
    return pl.Series(shown, dtype=pl.String).str.slice(0, 200)


def contacts(batch: Batch, people: pl.DataFrame, prefix: str = "") -> list[pl.DataFrame]:
    """The phones, e-mails and addresses of each row's debtor, or of the related person whose fields start with `prefix`."""
    owner = people.select("id_type", "id_number").insert_column(0, batch.rows)
    found = []
    for field in ("phone", "email") if prefix else ("phone", "email", "address"):
        for index, cell in enumerate(batch.plan.cells.get(prefix + field, ())):
            raw = batch.text(prefix + field, 254, index)
            label = batch.plan.headers[cell][:40]
            points = owner.with_columns(raw.alias("raw"), pl.lit(label).alias("label")).filter(
                pl.col("raw").is_not_null()
            )
            if points.height:
                found.append(
                    {"phone": _phones, "email": _emails, "address": _addresses}[field](
                        points, batch.plan.profile.country
                    )
                )
    return [frame.select(list(CONTACT_SCHEMA)) for frame in found]


def _phones(points: pl.DataFrame, country: str) -> pl.DataFrame:
    """One cell may hold several numbers; what is no number at all ("no tiene") is not a contact point."""
    marked = pl.col("raw").str.replace_all(_SEVERAL_PHONES, "\n")
    points = points.with_columns(marked.str.split("\n").alias("raw")).explode("raw")
    points = points.filter(pl.col("raw").str.count_matches(r"\d") >= 5)
    distinct = points["raw"].unique().to_list()
    phones = [parse_phone(text, country) for text in distinct]
    read = pl.DataFrame(
        {
            "raw": pl.Series(distinct, dtype=pl.String),
            "value": pl.Series(
                [phone.e164 or text for phone, text in zip(phones, distinct, strict=True)], dtype=pl.String
            ),
            "phone_type": pl.Series([phone.kind for phone in phones], dtype=pl.String),
            "is_valid": pl.Series([phone.is_valid for phone in phones], dtype=pl.Boolean),
            "invalid_reason": pl.Series([phone.message[:40] for phone in phones], dtype=pl.String),
        }
    )
    return points.join(read, on="raw", how="left", maintain_order="left").with_columns(pl.lit("phone").alias("kind"))


def _emails(points: pl.DataFrame, _country: str) -> pl.DataFrame:
    value = pl.col("raw").str.to_lowercase().str.replace_all(" ", "", literal=True)
    points = points.with_columns(value.alias("value")).filter(pl.col("value").str.contains("@", literal=True))
    is_valid = pl.col("value").str.contains(_EMAIL)
    return points.with_columns(
        pl.lit("email").alias("kind"),
        pl.lit("").alias("phone_type"),
        is_valid.alias("is_valid"),
        pl.when(is_valid)
        .then(pl.lit(""))
        .otherwise(pl.lit("El correo no tiene forma de correo."))
        .alias("invalid_reason"),
    )


def _addresses(points: pl.DataFrame, _country: str) -> pl.DataFrame:
    return points.with_columns(
        pl.col("raw").alias("value"),
        pl.lit("address").alias("kind"),
        pl.lit("").alias("phone_type"),
        pl.lit(True).alias("is_valid"),
        pl.lit("").alias("invalid_reason"),
    )


def parties(batch: Batch, numbers: pl.Series) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Co-debtors, guarantors and references named in columns of the debtor's row, and their contact points."""
    found: list[pl.DataFrame] = []
    points: list[pl.DataFrame] = []
    for relation in RELATIONS:
        if not any(field.startswith(f"{relation}_") for field in batch.plan.cells):
            continue
        person = _party(batch, relation, numbers)
        found.append(person.filter(pl.col("full_name").is_not_null()))
        points += [frame.filter(pl.col("id_number").is_not_null()) for frame in contacts(batch, person, f"{relation}_")]
    return (pl.concat(found) if found else pl.DataFrame(schema=PARTY_SCHEMA)), points


def _party(batch: Batch, relation: str, numbers: pl.Series) -> pl.DataFrame:
    """A related person is kept with whatever the file gives: without document under one made from obligation and name."""
    profile = batch.plan.profile
    written = batch.number(f"{relation}_id_number")
    types = batch.text(f"{relation}_id_type", 60).fill_null("")
    judged = _judged(written, types, country=profile.country, check_digits=False)
    name = batch.text(f"{relation}_name", 200)
    first_phone = batch.text(f"{relation}_phone", 254)
    is_anyone = written.is_not_null() | name.is_not_null() | first_phone.is_not_null()
    is_sound = judged["code"].fill_null("none") == ""
    made = [
        own_number(number or "", relation, one or "", two or "")
        for number, one, two in zip(numbers, name, first_phone, strict=True)
    ]
    full = _shown(name.fill_null("Sin nombre"), judged["is_company"].fill_null(False))
    return pl.select(
        batch.rows.alias("row"),
        numbers.alias("number"),
        pl.lit(relation).alias("relation"),
        pl.when(is_anyone)
        .then(pl.when(is_sound).then(judged["id_type"]).otherwise(pl.lit(WITHOUT_DOCUMENT)))
        .alias("id_type"),
        pl.when(is_anyone)
        .then(pl.when(is_sound).then(judged["id_number"]).otherwise(pl.Series(made)))
        .alias("id_number"),
        judged["is_company"].fill_null(False).alias("is_company"),
        pl.when(is_anyone).then(full).alias("full_name"),
        mapped(full, search_key).alias("search_name"),
    )


def own_number(obligation: str, relation: str, name: str, phone: str) -> str:
    """A stable number for a person named without document: the same file gives the same person again."""
    told = "\x00".join((obligation, relation, search_key(name), re.sub(r"\D", "", phone)))
    return hashlib.sha256(told.encode()).hexdigest()[:24]
