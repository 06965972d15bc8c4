"""The map pages (Streamlit)."""
