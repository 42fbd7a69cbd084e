"""What a language model is asked to answer with: a JSON Schema for the server, and how its JSON is read. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from syndication_assets.text.outside import cleaned

Value = TypeVar("Value")
Model = TypeVar("Model", bound=BaseModel)


class WrongFormError(ValueError):
    """A JSON object of another form; the message, which quotes nothing, says what is wrong."""


@dataclass(frozen=True, slots=True)
class AnswerForm(Generic[Value]):
    """The form of an answer. `noun` is what it is, for messages: "a post"."""

    noun: str
    name: str
    schema: dict[str, Any]
    tokens: int
    """About how many tokens the schema adds to the prompt."""
    read: Callable[[dict[str, Any]], Value]
    """Reads one JSON object as the model wrote it. WrongFormError if it has another form."""

    @property
    def response_format(self) -> dict[str, Any]:
        """As a request for structured output has it."""
        return {"type": "json_schema", "json_schema": {"name": self.name, "strict": True, "schema": self.schema}}


def form_of(model: type[Model], noun: str, tokens: int) -> AnswerForm[Model]:
    """The form that a pydantic model describes."""
    fields = tuple(model.model_fields)

    def read(value: dict[str, Any]) -> Model:
        try:
            return model.model_validate(cleaned(value))
        except ValidationError as error:
            keys = {str(detail["loc"][0]) for detail in error.errors(include_input=False, include_url=False)}
            wrong = ", ".join(key for key in fields if key in keys)
            raise WrongFormError(f"of its keys, {wrong} are missing, empty or of the wrong type") from None

    return AnswerForm(noun, model.__name__, model.model_json_schema(), tokens, read)
