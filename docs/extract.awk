# Prints the code block that follows the comment `<!-- file: NAME -->` in a page; -v name=NAME.
$0 == "<!-- file: " name " -->" { state = 1; next }
state == 1 && /^```/ { state = 2; next }
state == 2 && /^```/ { found = 1; exit }
state == 2 { print }
END { if (!found) { print "no block for " name " in " FILENAME > "/dev/stderr"; exit 1 } }
