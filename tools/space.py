"""The folder of the Hugging Face Space: tracked files only, and of those what the page needs.

python -m tools.space [--out build/space] [--repo OWNER/NAME]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = Path("build/space")
NEEDED = (
    "app.py",
    "README.md",  # its front matter is the Space's settings
    "LICENSE",
    "SECURITY.md",  # the README links to it
    "requirements.txt",
    "packages.txt",
    "mutualsl/",
    "assets/",
    "checkpoints/",
    # What the README shows and links to, with what is linked there.
    *("docs/page.png", "docs/api.md", "docs/datasets.md", "docs/hub-and-space.md", "docs/log.md"),
    *("docs/training.md", "docs/decisions/"),
)


def assemble(out: Path, root: Path = ROOT) -> list[str]:
    """Copy the files into `out` and return their names.

    Raises `FileExistsError` when `out` holds something already.
    """
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out}: not empty; remove it or name another folder with --out")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split("\0") if name.startswith(NEEDED)]
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, out / name)
    return names


def upload_command(out: Path, repo_id: str) -> str:
    """What makes the Space, or brings an existing one up to date."""
    script = (
        "from huggingface_hub import create_repo, upload_folder; "
        f"create_repo('{repo_id}', repo_type='space', space_sdk='gradio', exist_ok=True); "
        f"print(upload_folder(repo_id='{repo_id}', repo_type='space', folder_path='{out}', "
        "delete_patterns='*'))"
    )
    return f'.venv/bin/python -c "{script}"'


def main() -> int:
    """Assemble the folder and print how to upload it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--repo", default="OWNER/NAME", help="the Space on the Hub")
    options = parser.parse_args()
    try:
        names = assemble(options.out)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"space: {error}", file=sys.stderr)
        return 2
    size = sum((options.out / name).stat().st_size for name in names)
    print(f"{len(names)} files, {size / 1e6:.0f} MB, in {options.out}. To upload them:\n")
    print(upload_command(options.out, options.repo))
    return 0


if __name__ == "__main__":
    sys.exit(main())
