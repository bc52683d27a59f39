"""Files from elsewhere: transferred, checked, unpacked."""

from .archives import extract_zip
from .transfer import TIMEOUT, download, require_checksum

__all__ = ["TIMEOUT", "download", "extract_zip", "require_checksum"]
