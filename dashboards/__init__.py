"""What people look at: Streamlit pages that call optimizer/ and network/."""
