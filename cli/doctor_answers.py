"""What the documents of the samples say of the model, and whether they are documents as the schema has them."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator

from cli import show
from cli.doctor_findings import Finding
from cli.doctor_samples import Sample
from cli.documents import Document
from shared.results.result import Result

_NOT_TAKEN = ("recipe_mismatch", "rejected_by_model")
"""The codes of a file whose kind no model takes: before it is asked, and after."""


def findings_of(answered: list[Sample]) -> Iterator[Finding]:
    """The lines for these samples, which have documents."""
    takes_one = any(sample.document and sample.document.is_ok for sample in answered)
    for sample in answered:
        if sample.document:
            yield _finding(sample, sample.document, takes_one=takes_one)
    if answered:
        yield _validity([sample.document for sample in answered if sample.document])


def _finding(sample: Sample, document: Document, *, takes_one: bool) -> Finding:
    if document.is_ok:
        model = document.view.model.deployment if document.view.model else "A model"
        return Finding("ok", "model", f"{model} answered the {sample.word}: {show.cost(document)}.")
    error = document.view.error
    said = f"{error.message} {error.next_step}" if error else "its document holds an error."
    if takes_one and _code(document) in _NOT_TAKEN:  # our own sample is in order: it is the kind that is not taken
        return Finding("skip", "model", f"No model of this app takes a {sample.word}: {said}")
    return Finding("error", "model", f"The {sample.word} was not answered ({_code(document)}): {said}")


def _code(document: Document) -> str:
    """The error's code; a document without one is found out by `_validity`."""
    error = document.fields.get("error")
    return str(error.get("code")) if isinstance(error, dict) else ""


def _validity(documents: list[Document]) -> Finding:
    validator = Draft202012Validator(Result.model_json_schema(mode="serialization"))
    for document in documents:
        if error := next(validator.iter_errors(document.fields), None):
            wrong = f"{error.json_path} is not as docs/result.schema.json of this version has it"
            return Finding(
                "error", "document", f"It was written, but {wrong}. Is another version deployed? `azd deploy`"
            )
    return Finding("ok", "document", "Written, and as docs/result.schema.json has it.")
