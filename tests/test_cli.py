"""The command line: it says what there is, and imports only what is used."""

import subprocess
import sys

import pytest

from convbook import cli


def test_help_names_every_subcommand(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in cli.COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["nosuch"]])
def test_without_a_known_subcommand_it_is_misused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: convbook" in capsys.readouterr().err


def test_a_subcommand_that_is_not_used_is_not_imported():
    script = "import sys; from convbook import cli; cli.main(['--version'])"
    heavy = (
        f"try:\n  {script.replace('; ', chr(10) + '  ')}\nexcept SystemExit: print('numpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "False"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_subcommand_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: convbook {name}" in capsys.readouterr().out
