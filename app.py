"""The entry of the map pages: `streamlit run app.py [-- PROJECT]`. `planner serve` runs this file too.

The server imports it once and starts its life with it: the project is read from that moment, before anyone asks. For every visitor
Streamlit then runs it as a script, and the page is drawn.
"""

import sys

import streamlit as st

from planner.ui import entrance, faults, navigation, opening

if __name__ == "__main__":
    navigation.show(sys.argv[1:])
else:
    app = st.App(__file__, lifespan=opening.from_the_start, middleware=entrance.middleware(), on_script_error=faults.unforeseen)
