# alvor guide: the site is found beside the command or in share/, copied whole, and missed politely.
# The site here is a stand-in; web.guide looks at the real one.
. "$(dirname "$0")/lib.sh"

mkdir -p build/guide/site/en build/guide/site/pt prefix/bin prefix/share/alvor
cp "$alvor" build/alvor
echo home >build/guide/site/index.html
echo page >build/guide/site/en/index.html
echo gone >build/guide/site/en/old.html
echo página >build/guide/site/pt/index.html
list() {
    echo 'alvor guide: files that it wrote here and may replace or remove'
    printf '%s\n' "$@"
}
list en/index.html en/old.html pt/index.html index.html >build/guide/site/.alvor-guide

# Beside the command, as a build leaves it.
alvor=$PWD/build/alvor
try 0 guide; out '^guide/en/index\.html$'
same guide/pt/index.html build/guide/site/pt/index.html
same guide/index.html build/guide/site/index.html
try 0 guide -o aula --lang pt; out '^aula/pt/index\.html$'
same aula/en/index.html build/guide/site/en/index.html
# Again, over what is there: pages that are gone go, what the reader put there stays.
echo new >build/guide/site/en/index.html
mkdir build/guide/site/es
mv build/guide/site/en/old.html build/guide/site/es/
list en/index.html es/old.html pt/index.html index.html >build/guide/site/.alvor-guide
echo mine >guide/en/notes.html
try 0 guide; same guide/en/index.html build/guide/site/en/index.html
[ ! -e guide/en/old.html ] || fail 'an older page stays'
[ -e guide/en/notes.html ] && [ -e guide/es/old.html ] || fail 'lost a page'
same guide/.alvor-guide build/guide/site/.alvor-guide
rm -r build/guide/site/es
list en/index.html pt/index.html index.html >build/guide/site/.alvor-guide
mkdir elsewhere
echo mine >elsewhere/old.html
mv guide/es guide/away; ln -s ../elsewhere guide/es
try 0 guide; [ -e elsewhere/old.html ] || fail 'removed a file through a link'
# In the way of a page, or a list that alvor did not write: nothing is touched.
mkdir taken
echo mine >taken/index.html
try 2 guide -o taken; err 'taken/index\.html: is there and was not written by alvor guide'
[ "$(cat taken/index.html)" = mine ] && [ ! -e taken/en ] || fail 'touched what is not its own'
mkdir odd
list ../taken/index.html >odd/.alvor-guide
try 2 guide -o odd; err 'is no list'; [ -e taken/index.html ] || fail 'removed a file outside'

# Installed.
mv build/alvor prefix/bin/alvor
mv build/guide/site prefix/share/alvor/guide
alvor=$PWD/prefix/bin/alvor
try 0 guide -o installed; same installed/pt/index.html prefix/share/alvor/guide/pt/index.html

# Not built, or not whole: says what to do, and writes nothing.
rm prefix/share/alvor/guide/index.html
try 2 guide -o none; err 'has not been built'; err '^hint: .*--target guide'; silent_out
[ ! -e none ] || fail 'wrote something'
try 2 guide here; err "no argument 'here'"
echo back >prefix/share/alvor/guide/index.html
try 2 guide -o /proc/none; err '/proc/none'
