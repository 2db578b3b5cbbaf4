"""Code cells as plain Python: what is addressed to Jupyter or to the shell becomes `pass`.

Nothing is parsed: a cell is hostile, and Python's own parser can be made to crash. One pass over the lines
follows strings and brackets just closely enough to know where a statement begins; only there is `%` a magic.
"""

import re

RUN_THE_BODY = {"time", "timeit", "capture", "prun", "lprun", "mprun", "memit", "debug"}

CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
TIMED = re.compile(r"(\s*)%time\s+(?=\S)")
COMMAND = re.compile(r"\s*[%!?,;/]")
HELP = re.compile(r"\s*[^\W\d][\w.*]*\s*\?{1,2}\s*$")
ASSIGNED = re.compile(r"(\s*[^\W\d][\w.,\[\] ]*=\s*)([!%])(?=\s*\w)")

TOKEN = re.compile(r"#.*|'''|\"\"\"|'|\"|[(\[{]|[)\]}]|\\$")
CLOSING = {quote: re.compile(rf"(?:\\.|[^\\])*?{quote}", re.DOTALL) for quote in ("'''", '"""', "'", '"')}


def plain(source):
    """Turn a cell into Python that runs without Jupyter.

    Parameters
    ----------
    source : str

    Returns
    -------
    source : str
        As many lines as before. Magics and shell commands are `pass`, at the same indentation; `x = !ls`
        becomes an empty list, `x = %magic` None, and `%time f(x)` just `f(x)`. Below `%%time` and its like
        the body stays; below any other cell magic nothing does.
    """
    lines = _dedented(source.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    while start < len(lines) and (magic := CELL_MAGIC.match(lines[start])):
        lines[start] = "pass"
        start += 1
        if magic[1] not in RUN_THE_BODY:
            return "\n".join(lines[:start] + [""] * (len(lines) - start))
    reader, in_command = _Reader(), False
    for i, line in enumerate(lines):
        if reader.at_statement and not in_command and (timed := TIMED.match(line)):
            lines[i] = timed[1] + line[timed.end() :]  # it runs the statement here
        command = "" if in_command else reader.at_statement and _command(lines[i])
        if isinstance(command, str):
            lines[i], in_command = command, line.endswith("\\")
        else:
            reader.read(lines[i])
    return "\n".join(lines)


def _dedented(lines):
    """Jupyter runs a cell that is indented as a whole."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


def _command(line):
    """What stands for a statement that is not Python, or None if it may be."""
    if COMMAND.match(line) or HELP.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    if assigned := ASSIGNED.match(line):
        return assigned[1] + ("[]" if assigned[2] == "!" else "None")
    return None


class _Reader:
    """Reads Python line by line, to know whether the next line begins a statement."""

    def __init__(self):
        self.quote, self.depth, self.continued = "", 0, False

    @property
    def at_statement(self):
        return not (self.quote or self.depth or self.continued)

    def read(self, line):
        position, self.continued = 0, False
        while True:
            if self.quote:
                closing = CLOSING[self.quote].match(line, position)
                if not closing:
                    if len(self.quote) == 1 and not line.endswith("\\"):
                        self.quote = (
                            ""  # a string that is not closed: the cell fails, its other lines need not
                        )
                    return
                position, self.quote = closing.end(), ""
            token = TOKEN.search(line, position)
            if not token or token[0].startswith("#"):
                return
            position = token.end()
            if token[0] in CLOSING:
                self.quote = token[0]
            elif token[0] == "\\":
                self.continued = True
            else:
                self.depth = max(0, self.depth + (1 if token[0] in "([{" else -1))
