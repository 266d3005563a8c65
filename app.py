"""The Streamlit entry: navigation, nothing else. Served by ``coverage-map serve``."""


def main() -> None:
    """Run the page that was asked for."""
    # Imported here: processes spawned while a page runs load this file again and need none of it.
    import streamlit as st

    from app_pages import export, gaps, overview, sharing, upload
    from app_pages.scene import read_text

    text = read_text()
    pages = {
        "overview": overview.show,
        "gaps": gaps.show,
        "sharing": sharing.show,
        "upload": upload.show,
        "export": export.show,
    }
    entries = [
        st.Page(show, title=text(f"page.{name}"), url_path=name, default=name == "overview")
        for name, show in pages.items()
    ]
    page = st.navigation(entries, position="top")
    st.set_page_config(page_title=f"{page.title} · {text('shell.product')}", layout="wide")
    page.run()


if __name__ == "__main__":
    main()
