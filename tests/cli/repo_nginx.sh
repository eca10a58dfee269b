#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A repository behind a real nginx, configured as docs/operate.md says: what may be
# cached and what not, ranges, conditional requests.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
cd "$work"
for program in nginx curl; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not here"; exit 77; }
done

for key in vendor lab online; do expect 0 key generate --no-password "$key.key"; done
echo 'rule one { strings: $a = "a glass case" condition: $a }' >rules.yar
expect 0 compile -o 1.vdb --name main --release 1 rules.yar
expect 0 repo init db -o root --party vendor:vendor.key.pub --party lab:lab.key.pub \
    --online online.key.pub --threshold 2
for key in vendor lab; do expect 0 repo approve root --key "$key.key"; done
expect 0 repo publish db root
expect 0 repo propose db 1.vdb -o release --key online.key
for key in vendor lab; do expect 0 repo approve release --key "$key.key" --database 1.vdb; done
expect 0 repo publish db release --key online.key

# The block of the page, with this folder and a socket of its own.
{
    echo "daemon off; pid $work/nginx.pid; error_log $work/error.log;"
    [ "$(id -u)" -ne 0 ] || echo "user root;"
    echo "events {} http { access_log off; client_body_temp_path $work/t1;"
    echo "proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;"
    sed -n '/^    server {/,/^    }/p' "$root/docs/operate.md" |
        sed "s|root /srv/db;|root $work/db; listen unix:$work/socket;|"
    echo "}"
} >nginx.conf
grep -q 'immutable' nginx.conf || complain "docs/operate.md has no configuration"
nginx -p "$work" -c nginx.conf -e "$work/error.log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for ((i = 0; i < 50; i++)); do
    [ ! -S socket ] || break
    sleep 0.1
done
[ -S socket ] || { cat error.log; complain "nginx does not start"; finish; }

fetch() { # path, curl options...
    local path=$1
    shift
    curl -s -o body -D head --unix-socket socket "$@" "http://localhost/$path" || complain "cannot fetch $path"
}
head_says() { # extended regular expression
    tr -d '\r' <head | grep -Eiq -- "$1" || { complain "no '$1' of $path"; cat head; }
}
head_is_silent() { # extended regular expression
    ! grep -Eiq -- "$1" head || { complain "'$1' of $path"; cat head; }
}

path=metadata/timestamp.json
fetch $path
head_says '^HTTP/1.1 200'
head_says '^cache-control: no-cache$'
head_is_silent max-age
is_same body db/$path
etag=$(tr -d '\r' <head | sed -n 's/^[Ee][Tt]ag: //p')
fetch $path -H "If-None-Match: $etag"
head_says '^HTTP/1.1 304'

path=metadata/1.root.json
fetch $path
head_says '^cache-control: public, max-age=31536000, immutable$'
path=metadata/2.root.json
fetch $path
head_says '^HTTP/1.1 404'
head_is_silent cache-control
path=metadata/.lock
fetch $path
head_says '^HTTP/1.1 404'

path=$(cd db && echo targets/*.main-1.vdb)
fetch "$path"
head_says 'max-age=31536000, immutable$'
is_same body 1.vdb
fetch "$path" -r 100-
head_says '^HTTP/1.1 206'
tail -c +101 1.vdb >rest
is_same body rest
path=$path.minisig
fetch "$path"
head_says '^cache-control: public, max-age=3600$'
path=index.html
fetch "$path"
head_says '^cache-control: public, max-age=3600$'

finish
