"""Signing in and out, and what a person reads who may not open a page.

A provider sends people back to the first page alone, so the browser keeps the address that a link brought them to, for
this tab and until they are signed in.
"""

from __future__ import annotations

import streamlit as st

from mayshare.roles import Person, Role
from mayshare.sign_in import SignIn
from pages import access
from pages.markup import escape

LEAD = "mayshare answers questions on sharing information about children and young people, each statement cited."
ASK = "Ask whoever runs this server for access."
KEPT = "mayshare-opened"  # in the tab's session storage: a path and its query, of this origin alone
# In braces: they run as scripts of the page, where a name may be declared once.
KEEP_PLACE = f"<script>sessionStorage.setItem('{KEPT}', location.pathname + location.search);</script>"
BACK_TO_PLACE = f"""<script>{{
const place = sessionStorage.getItem('{KEPT}');
sessionStorage.removeItem('{KEPT}');
if (place?.startsWith('/') && place !== location.pathname + location.search) location.replace(location.origin + place);
}}</script>"""


def bar() -> None:
    """Who is signed in, and the way out; nothing where nobody signs in."""
    person = access.person()
    if not person.name:
        return
    how = access.sign_in()
    if how.method == "oidc":
        st.html(BACK_TO_PLACE, unsafe_allow_javascript=True)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="signed-in"):
        role = f" ({person.role.name.lower()})" if person.role else ""
        # as text: Markdown would make a link of an e-mail address
        st.text(f"Signed in as {person.name}{role}", width="content")
        if how.method == "oidc":
            st.button("Sign out", on_click=st.logout, key="sign-out")
        elif how.sign_out_url:
            st.link_button("Sign out", how.sign_out_url)


def refuse(needed: Role) -> None:
    """Draw what stands in the place of a page that the person may not open: the way to sign in, or a word on why."""
    person, how = access.person(), access.sign_in()
    if person.role is Role.NOBODY:
        _nobody(person, how)
        return
    st.title("This page isn't open to you")
    st.error(
        f"This page is for {needed.name.lower()}s, and you are here as a {person.role.name.lower()}. {ASK}",
        icon=":material/lock:",
    )
    if person.why:
        st.markdown(escape(person.why))


def _nobody(person: Person, how: SignIn) -> None:
    if person.name:
        st.title("No access yet")
        st.error(f"You are signed in, but this account may not use mayshare. {ASK}", icon=":material/lock:")
    else:
        st.title("Sign in")
        st.markdown(LEAD)
    if person.why:
        st.info(escape(person.why), icon=":material/info:")
    if person.name or how.method != "oidc":
        return
    if how.public_url and not f"{st.context.url or how.public_url}/".startswith(f"{how.public_url}/"):
        # the cookie of a sign-in holds for one address alone
        st.warning(f"Sign-in works at one address alone. Open {how.public_url} instead.", icon=":material/info:")
        return
    with_whom = f" with {how.provider_name}" if how.provider_name else ""
    st.html(KEEP_PLACE, unsafe_allow_javascript=True)
    st.button(f"Sign in{with_whom}", on_click=st.login, key="sign-in")
    st.caption(
        "You sign in with your institution or provider, never with a password here. Your name and e-mail address "
        "stay in a cookie of your browser and in memory while you are here; they are not stored or logged."
    )
