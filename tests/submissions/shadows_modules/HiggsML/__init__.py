raise SystemExit("the submission ran before it was locked up")
