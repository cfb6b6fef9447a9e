"""`python -m tests.golden`: writes the golden files anew."""

from tests.golden.texts import FOLDER, TEXTS

if __name__ == "__main__":
    for name, text in TEXTS.items():
        (FOLDER / name).write_text(text())
        print((FOLDER / name).relative_to(FOLDER.parents[1]))
