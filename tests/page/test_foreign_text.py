"""Foreign text is shown as plain text, without images, links or formulas.

Streamlit renders texts as Markdown. So each text that the page passes to it is traced through the code: it must be
written there, be a number, or be escaped by `plain`. In HTML, texts of errors and files must be escaped by `escape`.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "app.py", *sorted((ROOT / "mlp" / "page").rglob("*.py"))]

SHOWING = {
    "markdown",
    "caption",
    "error",
    "warning",
    "info",
    "success",
    "toast",
    "write",
    "header",
    "subheader",
    "title",
}
SHOWING |= {"badge", "metric", "exception", "expander", "popover", "spinner", "status", "progress", "link_button"}
SHOWING |= {"button", "download_button", "toggle", "checkbox", "radio", "selectbox", "select_slider", "slider", "pills"}
SHOWING |= {
    "segmented_control",
    "file_uploader",
    "text_input",
    "text_area",
    "number_input",
    "tabs",
    "form_submit_button",
}
READ_AS_MARKDOWN = {"body", "label", "help", "caption", "captions", "format_func", "text", "options", "placeholder"}

ESCAPES = {"plain", "escape"}
NUMBERS = {"len", "int", "float", "round", "sum", "abs", "range"}
COLLECTIONS = {"zip", "enumerate", "sorted", "list", "str"}  # as safe as their arguments
PASS_ON = {"download_button", "number_between", "draw_choice", "name_field"}
"""Functions of the page that pass their caller's text to Streamlit, so that the rule applies to their callers."""
OUR_TEXTS = {
    "Lesson",
    "Experiment",
    "Diagnosis",
    "Remedy",
    "Group",
    "Control",
    "NextStep",
}  # classes whose texts are all written in the code
A_NUMBER = re.compile(r".*[,deEfgG%]$")
FOREIGN = {"failed", "error", "notice", "facts", "reason"}  # attributes with texts from outside
FOREIGN_NAMES = {"state.dataset.name", "file.name"}


class Scope:
    """A function, or a module outside of its functions, and the values of its names."""

    def __init__(self, node: ast.AST) -> None:
        self.made: dict[str, list[ast.expr]] = {}
        self.ours: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.FunctionDef) and part.name in PASS_ON:
                self.ours |= {argument.arg for argument in [*part.args.args, *part.args.kwonlyargs]}
            elif (
                isinstance(part, ast.arg) and isinstance(part.annotation, ast.Name) and part.annotation.id in OUR_TEXTS
            ):
                self.ours.add(part.arg)
            elif isinstance(part, ast.Assign):
                for target in part.targets:
                    self._note(target, part.value)
            elif isinstance(part, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and part.value is not None:
                self._note(part.target, part.value)
            elif isinstance(part, ast.For | ast.comprehension):
                self._note(part.target, part.iter)

    def _note(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple):
            zipped = isinstance(value, ast.Call) and ast.unparse(value.func) == "zip"
            parts = value.args if zipped else value.elts if isinstance(value, ast.Tuple) else None
            parts = parts if parts and len(parts) == len(target.elts) else None
            for number, one in enumerate(target.elts):
                self._note(one, parts[number] if parts else value)
        elif isinstance(target, ast.Name):
            self.made.setdefault(target.id, []).append(value)

    def safe(self, node: ast.expr | None, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a text consists only of texts in the code, numbers, and escaped texts."""

        def all_safe(nodes: list[ast.expr]) -> bool:
            return all(self.safe(one, seen) for one in nodes)

        match node:
            case None | ast.Constant():
                return True
            case ast.JoinedStr(values=values):
                return all_safe(values)
            case ast.FormattedValue(value=value, format_spec=spec):
                return bool(spec and A_NUMBER.match(ast.unparse(spec)[2:-1])) or self.safe(value, seen)
            case ast.BinOp(left=left, right=right):
                return all_safe([left, right])
            case ast.IfExp(body=body, orelse=orelse):
                return all_safe([body, orelse])
            case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
                return all_safe(values)
            case ast.Dict(keys=keys, values=values):
                return all_safe([*filter(None, keys), *values])
            case ast.Compare():
                return True  # a boolean
            case ast.Lambda(body=body) | ast.Starred(value=body):
                return self.safe(body, seen)
            case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
                return self.safe(elt, seen)
            case ast.Name(id=name):
                if name.isupper() or name in self.ours:
                    return True
                made = self.made.get(name)
                return bool(made) and name not in seen and all(self.safe(one, seen | {name}) for one in made)
            case ast.Attribute(attr=attr, value=value):
                return attr.isupper() or attr == "__qualname__" or (attr not in FOREIGN and self.safe(value, seen))
            case ast.Subscript(value=value):
                return self.safe(value, seen)
            case ast.Call(func=ast.Name(id=name), args=args):
                return name in ESCAPES | NUMBERS or (name in COLLECTIONS and all_safe(args))
            case ast.Call(func=ast.Attribute(attr=attr, value=value), args=args):
                return attr in ESCAPES or (self.safe(value, seen) and all_safe(args))
        return False


def scopes(tree: ast.Module) -> list[ast.AST]:
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        *inner,
        ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)], []),
    ]


def texts_of(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that Streamlit renders as Markdown."""
    owner, name = ("", call.func.id) if isinstance(call.func, ast.Name) else (None, "")
    if isinstance(call.func, ast.Attribute):
        owner, name = ast.unparse(call.func.value), call.func.attr
    if name not in PASS_ON and (name not in SHOWING or owner in ("", "log") or (name == "write" and owner != "st")):
        return []
    words = [word.value for word in call.keywords if word.arg in READ_AS_MARKDOWN]
    first = call.args[: 2 if name == "_control" else 1]
    return [
        text
        for text in [*first, *words]
        if not (text in words and isinstance(text, ast.Name) and text.id in ("format_value", "value_text"))
    ]


def shown_options(call: ast.Call, scope: Scope) -> set[str]:
    """Return the arguments of a choice's ``format_func`` if its options are safe."""
    options = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "options")]
    functions = [word.value for word in call.keywords if word.arg == "format_func"]
    if not options or not all(map(scope.safe, options)):
        return set()
    return {argument.arg for one in functions if isinstance(one, ast.Lambda) for argument in one.args.args}


def in_html(text: ast.JoinedStr, caught: set[str]) -> bool:
    """Whether an f-string is HTML and contains an unescaped text of an error, a file or a mirror."""
    if not any(isinstance(part, ast.Constant) and "<" in str(part.value) for part in text.values):
        return False
    held: list[ast.AST] = [part for part in text.values if isinstance(part, ast.FormattedValue)]
    while held:
        node = held.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ESCAPES | NUMBERS:
            continue
        if isinstance(node, ast.Attribute) and (node.attr in FOREIGN or ast.unparse(node) in FOREIGN_NAMES):
            return True
        if isinstance(node, ast.Name) and node.id in caught:
            return True
        held += ast.iter_child_nodes(node)
    return False


def unescaped(source: str) -> list[str]:
    """Return the unescaped texts in Markdown, and those of errors in HTML, each with its line."""
    found = set()
    tree = ast.parse(source)
    for node in scopes(tree):
        scope = Scope(node)
        caught = {part.name for part in ast.walk(node) if isinstance(part, ast.ExceptHandler) and part.name}
        for part in ast.walk(node):
            texts = texts_of(part) if isinstance(part, ast.Call) else []
            if texts:
                scope.ours |= shown_options(part, scope)
            wrong = [text for text in texts if not scope.safe(text)]
            wrong += [part] if isinstance(part, ast.JoinedStr) and in_html(part, caught) else []
            found |= {f"{text.lineno}: {ast.unparse(text)}" for text in wrong}
    return sorted(found, key=lambda line: int(line.partition(":")[0]))


def test_markdown_texts_are_ours_or_escaped():
    assert {path.name: lines for path in FILES if (lines := unescaped(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "inserted",
    [
        "st.markdown(text)",
        "st.caption(f'from {state.failed}')",
        "st.error(str(error))",
        "st.warning('no ' + visitor.notice)",
        "st.toast(st.session_state['reply'])",
        "left.info(file.name)",
        "st.button(run.name, key='x')",
        "st.button('x', help=f'{reason}')",
        "st.selectbox('x', names, format_func=lambda name: name)",
        "reply = state.failed; st.error(f'It failed: {reply}')",
        "reply = 'No'; reply += state.failed; st.error(reply)",
        "st.expander(', '.join(names))",
        "number_between(st.query_params['x'], 3, 1, 'x')",
        "st.html(f'<p>{state.failed}</p>')",
        "chips([f'<b>{state.dataset.name}</b>'])",
        "try: f()\n    except OSError as error: st.html(f'<p>{error}</p>')",
    ],
)
def test_foreign_text_is_found_wherever_it_is_inserted(inserted: str):
    assert unescaped(f"def section(state, visitor, text, file, run, names, error, reason):\n    {inserted}\n") != []


@pytest.mark.parametrize(
    "shown",
    [
        "st.markdown('**ours**')",
        "st.caption(f'{len(names)} names, {share:.0f}%')",
        "st.error(plain(str(error)))",
        "st.selectbox('x', NAMES, format_func=lambda name: name)",
        "st.html(f'<p>{html.escape(state.failed)}</p>')",
        "st.text(state.failed)",
    ],
)
def test_own_and_escaped_text_may_be_shown(shown: str):
    assert unescaped(f"def section(state, names, error, share):\n    {shown}\n") == []
