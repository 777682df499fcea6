# Runs the server "$@" until standard input ends, which happens when the program that started it stops or is killed. $1 is
# the signal that stops the server; $2 is a folder to remove afterwards, or empty.
signal=$1 remove=$2
shift 2
exec 4<&0
"$@" 4<&- </dev/null &
server=$!
(read -r _ <&4; kill -s "$signal" "$server") &
watch=$!
wait "$server"
status=$?
kill "$watch" 2>/dev/null
[ -z "$remove" ] || rm -rf "$remove"
exit "$status"
