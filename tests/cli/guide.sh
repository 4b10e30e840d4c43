# alvor guide: the site is found beside the command or in share/, copied whole, and missed politely.
# The site here is a stand-in; web.guide looks at the real one.
. "$(dirname "$0")/lib.sh"

mkdir -p build/guide/site/en build/guide/site/pt prefix/bin prefix/share/alvor
cp "$alvor" build/alvor
echo home >build/guide/site/index.html
echo page >build/guide/site/en/index.html
echo página >build/guide/site/pt/index.html

# Beside the command, as a build leaves it.
alvor=$PWD/build/alvor
try 0 guide; out '^guide/en/index\.html$'
same guide/pt/index.html build/guide/site/pt/index.html
same guide/index.html build/guide/site/index.html
try 0 guide -o aula --lang pt; out '^aula/pt/index\.html$'
same aula/en/index.html build/guide/site/en/index.html
# Again, over what is there.
echo new >build/guide/site/en/index.html
try 0 guide; same guide/en/index.html build/guide/site/en/index.html

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
try 2 guide -o /proc/none; err '/proc/none: cannot be made'
