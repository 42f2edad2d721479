"""Says, as JSON, the version of the Python that runs it and those of the packages named; imports none of them."""

import json
import platform
import sys
from importlib import metadata

found = {}
for name in sys.argv[1:]:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found[name] = ""
print(json.dumps({"version": platform.python_version(), "packages": found}))
