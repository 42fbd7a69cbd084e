"""Reads a secret from stdin, or prompts for it: never from an argument, which everybody who lists processes sees."""

import sys

import click
from pydantic import SecretStr

from syndication_assets.errors import SyndicationError


def read_secret(prompt: str = "Secret") -> SecretStr:
    """The text on stdin without its line end, or what a person types. SyndicationError if there is none."""
    stream = sys.stdin.buffer
    if stream.isatty():
        return SecretStr(click.prompt(prompt, hide_input=True))
    try:
        text = stream.read().decode()
    except UnicodeDecodeError:
        raise SyndicationError("The secret on stdin is not UTF-8 text: encode it, for example as base64.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise SyndicationError("There is no secret on stdin: pipe it in, or run this in a terminal to be prompted.")
    return SecretStr(text)


def read_secrets(*prompts: str) -> list[SecretStr]:
    """One line of stdin for each prompt, or what a person types. SyndicationError unless there are as many."""
    if sys.stdin.buffer.isatty():
        return [SecretStr(click.prompt(prompt, hide_input=True)) for prompt in prompts]
    lines = read_secret().get_secret_value().splitlines()
    if len(lines) != len(prompts):
        raise SyndicationError(f"Give {len(prompts)} lines on stdin: {', '.join(prompts)}.")
    return [SecretStr(line) for line in lines]
