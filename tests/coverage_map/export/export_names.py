"""Names of made-up units that a format might trip over."""

NASTY = '<img src=x onerror="alert(1)">&村'
FORMULA = '=HYPERLINK("http://evil.example","点我")'
RARE = "㙍𠮷村"  # neither character is in GBK
