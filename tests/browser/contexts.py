"""Browser pages that tests use in turn, as loading and compiling Streamlit's scripts again takes two seconds."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page


class Contexts:
    """Contexts of one browser, each with a page. Each use is a new visitor; only the scripts stay cached."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: dict[BrowserContext, str] = {}

    def take(
        self,
        *,
        viewport: dict[str, int],
        color_scheme: str = "light",
        still: bool = True,
        fresh: bool = False,
        **options: Any,
    ) -> Page:
        """Return an empty page in an unused context with these options, or in a new one.

        Parameters
        ----------
        viewport, color_scheme
            Set for the page, so that tests with different values can use the same context in turn.
        still : bool
            Whether to request reduced motion: without a graphics card, each frame costs time.
        fresh : bool
            Always in a new context, without cached scripts.
        options
            Options of Playwright's ``new_context``.
        """
        kind = repr(sorted(options.items()))
        free = self._free.setdefault(kind, [])
        # Reduced motion also for other pages that a test opens in the context.
        context = self._browser.new_context(reduced_motion="reduce", **options) if fresh or not free else free.pop()
        self._taken[context] = kind
        page = context.pages[0] if context.pages else context.new_page()
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        motion = "reduce" if still else "no-preference"
        page.emulate_media(color_scheme=color_scheme, reduced_motion=motion)  # type: ignore[arg-type]
        return page

    def give_back(self, context: BrowserContext, *, unchanged: bool = True) -> None:
        """Leave the context's page, and delete the cookies, by which alone the site recognizes its visitor.

        A page to which a test has added scripts or routes is closed, and so is a whole context of another browser.
        """
        kind = self._taken.pop(context)
        if self._browser.browser_type.name != "chromium":
            context.close()
            return
        first, *others = context.pages
        for page in others if unchanged else context.pages:
            page.close()
        if unchanged:
            first.unroute_all(behavior="ignoreErrors")
            first.mouse.move(0, 0)
            first.goto("about:blank")
        context.clear_cookies()
        context.clear_permissions()
        self._free[kind].append(context)
