"""What the description of the API has in common: ids in paths, and an example of each body."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import ConfigDict


def with_example(**values: Any) -> ConfigDict:
    """The configuration of a model whose description shows this example; fields that it does not have are refused."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


RequestId = Annotated[str, Path(pattern=r"^req-[0-9a-f]{8}$", examples=["req-0a1b2c3d"])]
VariantId = Annotated[str, Path(pattern=r"^var-[0-9a-f]{8}$", examples=["var-0a1b2c3d"])]
RuleName = Annotated[str, Path(pattern=r"^[a-z][a-z_]*$", max_length=100, examples=["contrast"])]
BrandId = Annotated[str, Path(pattern=r"^brd-[0-9a-f]{8}$", examples=["brd-0a1b2c3d"])]
TemplateId = Annotated[str, Path(pattern=r"^vtp-[0-9a-f]{8}$", examples=["vtp-0a1b2c3d"])]
PictureId = Annotated[str, Path(pattern=r"^mfl-[0-9a-f]{8}$", examples=["mfl-0a1b2c3d"])]
DelegationId = Annotated[str, Path(pattern=r"^dlg-[0-9a-f]{8}$", examples=["dlg-0a1b2c3d"])]
TextId = Annotated[str, Path(pattern=r"^cnt-[0-9a-f]{8}$", examples=["cnt-0a1b2c3d"])]
TargetId = Annotated[str, Path(pattern=r"^tgt-[0-9a-f]{8}$", examples=["tgt-0a1b2c3d"])]
PostId = Annotated[str, Path(pattern=r"^p-[0-9a-f]{8}$", examples=["p-0a1b2c3d"])]
WeekName = Annotated[str, Path(pattern=r"^[0-9]{4}-W[0-9]{2}$", examples=["2025-W45"])]
