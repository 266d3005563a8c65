"""The Streamlit entry: navigation, nothing else. Served by ``coverage-map serve``."""


def main() -> None:
    """Run the page that was asked for."""
    # Imported here: processes spawned while a page runs load this file again and need none of it.
    import streamlit as st

    from app_pages import assets, export, gaps, overview, settlements, sharing, upload
    from app_pages.scene import read_text
    from coverage_map import pipeline
    from coverage_map.web import desk

    text = read_text()
    pages = {
        "overview": overview.show,
        "gaps": gaps.show,
        "sharing": sharing.show,
        "assets": assets.show,
        "settlements": settlements.show,
        "upload": upload.show,
        "export": export.show,
    }
    # A page whose verb the person may not use is left out of the navigation.
    needs = {"assets": "assets", "settlements": "settlements"}
    actor = desk.find_actor(st.context.cookies.to_dict())
    entries = [
        st.Page(
            show,
            title=text(f"page.{name}"),
            url_path=name,
            default=name == "overview",
            visibility="visible"
            if name not in needs or (actor and pipeline.may(actor, needs[name]))
            else "hidden",
        )
        for name, show in pages.items()
    ]
    page = st.navigation(entries, position="top")
    st.set_page_config(page_title=f"{page.title} · {text('shell.product')}", layout="wide")
    page.run()


if __name__ == "__main__":
    main()
