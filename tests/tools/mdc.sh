#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-mdc: bit by bit from all descriptors, usable from some, and clear messages.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

mdc=${top_builddir:?}/fanout-mdc
run() {
    # shellcheck disable=SC2086 # a command with arguments
    ${FANOUT_TEST_WRAPPER-} "$mdc" "$@" >out 2>err
    status=$?
}
# fails STATUS TEXT ARGUMENTS...: it ends with this status and says this.
fails() {
    local expected=$1 text=$2
    shift 2
    run "$@"
    check "$text: status $expected" [ "$status" = "$expected" ]
    check "$text: said" grep -qF -- "$text" err
}

"$top_builddir/bench/make-field" field.h5 1M
run encode field.h5 -o part.h5
check "encode: exit status" [ "$status" = 0 ]
check "a factor of 2 along three axes gives eight files" [ "$(wc -l <out)" = 8 -a -e part.d0.h5 -a -e part.d7.h5 ]
run info part.d5.h5
check "info: what it is of" grep -qx "part.d5.h5: descriptor 5 of 8 of the dataset temperature" out
check "info: residues" grep -qE "^residues +1 x 0 x 1$" out
run decode part.d?.h5 -o all.h5
run compare field.h5 all.h5
check "all of them: the original" grep -qx equal out

# psnr FILE: of it against the field, in whole dB
psnr() {
    run compare field.h5 "$1"
    sed -n 's/^PSNR \([0-9]*\).*/\1/p' out
}
run decode part.d{0,1,2,4,5,6,7}.h5 -o seven.h5
run decode part.d0.h5 -o one.h5
seven=$(psnr seven.h5)
one=$(psnr one.h5)
check "seven of eight are better ($seven dB) than one ($one dB), which is a picture" [ "$seven" -gt "$one" -a "$one" -gt 15 ]
run encode field.h5:/temperature -k 1x4x3 -o "with space" --quiet
check "factors for each axis" [ -e "with space.d00.h5" -a -e "with space.d11.h5" -a ! -s out ]
run decode with\ space.d??.h5 -o all.h5
run compare field.h5 all.h5
check "which do not divide the extent: the original" grep -qx equal out

python=/usr/bin/python3 # the one that Debian has h5py for
if $python -c "import h5py, numpy" 2>/dev/null; then
    $python - <<'END'
import h5py, numpy as np
rng = np.random.default_rng(1)
kinds = {'i1': 'i1', 'u2': '<u2', 'i4be': '>i4', 'i8': 'i8', 'f2': 'f2', 'f4': 'f4', 'f8be': '>f8', 's5': 'S5',
         'pair': np.dtype([('a', 'i4'), ('b', 'f8')]), 'bool': '?'}
shapes = {1: (7,), 2: (5, 6), 3: (3, 1, 4), 4: (2, 3, 2, 5)}
for name, kind in kinds.items():
    for axes, shape in shapes.items():
        raw = rng.integers(0, 2 if name == 'bool' else 100, shape)
        with h5py.File(f'{name}{axes}.h5', 'w') as f:
            kw = dict(chunks=tuple(min(2, n) for n in shape), compression='gzip', shuffle=True) if axes % 2 else {}
            d = f.create_dataset('deep/er', data=raw.astype(kind) if name != 'pair' else
                                 np.array([(v, v / 3) for v in raw.flat], kind).reshape(shape), **kw)
            d.attrs['units'] = 'K'
with h5py.File('holes.h5', 'w') as f:
    d = f.create_dataset('t', data=np.where(np.arange(64.).reshape(8, 8) % 5 == 0, np.nan, 1.0), fillvalue=-9.0)
END
    for file in {i1,u2,i4be,i8,f2,f4,f8be,s5,pair,bool}{1,2,3,4}.h5; do
        run encode "$file" -k 2 -o "k.${file%.h5}" -q
        run decode "k.${file%.h5}".d*.h5 -o "back.$file"
    done
    cat >same.py <<'END'
import glob, h5py, sys
for name in glob.glob('[a-z0-9]*[1-4].h5'):
    if '.' in name[:-3]: continue
    with h5py.File(name) as a, h5py.File('back.' + name) as b:
        x, y = a['deep/er'], b['deep/er']
        if x.dtype != y.dtype or x[()].tobytes() != y[()].tobytes() or y.attrs['units'] != 'K': sys.exit(name)
        if x.compression != y.compression or len(y.attrs) != len(x.attrs): sys.exit(name)
END
    check "all types and odd shapes: bit by bit, with attributes and filters" $python same.py
    # More than one slab: linear between both sides along three axes, also where slabs meet.
    "$top_builddir/bench/make-field" big.h5 40M
    run encode big.h5 -o big -q
    run decode big.d?.h5 -o all.h5
    run compare big.h5 all.h5
    check "several slabs: the original" grep -qx equal out
    # Descriptor 3 needs the rows before a slab, descriptor 7 those behind it.
    for missing in "3 0" "7 1"; do
        seven=()
        for part in big.d?.h5; do
            [[ $part == *d"${missing% *}".h5 ]] || seven+=("$part")
        done
        run decode "${seven[@]}" -o seven.h5
        check "without descriptor ${missing% *}, several slabs: interpolated across their borders" $python -c "
import h5py, numpy as np, sys
a, b = (h5py.File(n)['temperature'][()].astype('f8') for n in ('big.h5', 'seven.h5'))
inside = np.zeros(a.shape, bool)
inside[2 + ${missing#* }:-2:2, 1:-2:2, 1:-2:2] = True
mean = sum(np.roll(a, s, axis) for axis in range(3) for s in (-1, 1)) / 6
sys.exit(not np.allclose(b[inside], mean[inside], rtol=0, atol=1e-4))
"
    done
    run encode holes.h5 -o h -q
    run decode h.d0.h5 -o half.h5
    check "NaN and fill values are not averaged" $python -c "
import h5py, numpy as np, sys
v = h5py.File('half.h5')['t'][()]
there = np.pad(v, 1, constant_values=np.nan)
there[:, ::2] = there[::2, :] = np.nan # the border moved the even ones to odd places
near = sum(np.nan_to_num(np.roll(there, (i, j), (0, 1))) for i in (-1, 0, 1) for j in (-1, 0, 1))[1:-1, 1:-1]
near[::2, ::2] = v[::2, ::2] == 1.0 # those that were there are left alone
sys.exit(not ((v == 1.0) == (near > 0)).all())"
    $python - <<'END'
import h5py, numpy as np
for name, value in (('odd.h5', 2**60 + 1), ('even.h5', 2**60)):
    h5py.File(name, 'w')['t'] = np.full(4, value, 'i8')
with h5py.File('k.f41.d0.h5', 'r+') as f:
    f['deep/er'].attrs['fanout_mdc_factor'] = np.array([2**62])
END
    run compare odd.h5 even.h5
    check "integers that are the same as double only are not equal" grep -qx "equal as double" out
    # A terabyte of which a few numbers are stored, and one that no number is stored of.
    $python - <<'END'
import h5py
with h5py.File('huge.h5', 'w') as f:
    d = f.create_dataset('sparse', (2**37,), 'f8', chunks=(1000,), compression='gzip', fillvalue=-1)
    d[5:8] = [1, 2, 3]
    d[2**36 + 1] = 4
    f.create_dataset('nothing', (2**34, 8), 'f8')
    f.create_dataset('too large', (2**62,), 'f8', chunks=(1000,))
    many = f.create_dataset('many', (2**37,), 'f8', chunks=(16,))
    many[:16 * 9000] = 1
    rows = h5py.VirtualLayout((2**37,), 'f8')
    rows[:2**37] = h5py.VirtualSource('.', 'nothing', (2**34, 8))[:2**34, :8]
    f.create_virtual_dataset('virtual', rows)
with h5py.File('changed.h5', 'w') as f:
    d = f.create_dataset('sparse', (2**37,), 'f8', chunks=(1000,), fillvalue=-1)
    d[5:9] = [1, 2, 3, 7]
    f.create_dataset('nothing', (2**34, 8), 'f8', fillvalue=5)
END
    sparse() {
        timeout 60 "$mdc" encode huge.h5:/sparse -k 2 -o sparse -q && timeout 60 "$mdc" decode sparse.d?.h5 -o sparse.h5 &&
            $python -c "
import h5py, sys
a, b = (h5py.File(n)['sparse'] for n in ('huge.h5', 'sparse.h5'))
sys.exit(a.shape != b.shape or any((a[i:i + 5000] != b[i:i + 5000]).any() for i in (0, 2**36 - 999, 2**37 - 5000)))"
    }
    check "a huge extent with little storage: what is stored, and soon" sparse
    empty() {
        timeout 60 "$mdc" encode huge.h5:/nothing -k 2 -o empty -q && timeout 60 "$mdc" decode empty.d?.h5 -o empty.h5 &&
            $python -c "import h5py, sys; d = h5py.File('empty.h5')['nothing']; sys.exit(d.shape != (2**34, 8) or float(d[2**33, 3]) != 0)"
    }
    check "a huge extent without storage" empty
    compared() { # ONE OTHER TEXT
        timeout 60 "$mdc" compare "$1" "$2" >out 2>err && grep -q "$3" out
    }
    check "comparing huge extents of which little is stored: equal" compared huge.h5:/sparse sparse.h5:/sparse "^equal$"
    check "... another number, and one missing" compared huge.h5:/sparse changed.h5:/sparse "^2 elements are a number in one"
    check "... where both are numbers" grep -q "^maximum error 0, .*, 3 numbers" out
    check "... only the fill value differs" compared huge.h5:/nothing changed.h5:/nothing "^$((2 ** 37)) elements are a number in one"
    check "... nothing at all" compared huge.h5:/nothing empty.h5:/nothing "^maximum error 0, .*, $((2 ** 37)) numbers"
    # These go through all rows: they say how far they are, after some seconds.
    tells() { # COMMAND...
        timeout 100 "$mdc" "$@" 2>err &
        local told=1 command=$!
        while [ $told = 1 ] && kill -0 $command 2>/dev/null; do
            sleep 0.2
            grep -Eq "^fanout-mdc: $1: .*: [0-9.]+ % of the rows after [0-9]+ s" err && told=0
        done
        kill $command 2>/dev/null
        wait $command
        return $told
    }
    check "more chunks than are looked at: how far it is" tells encode huge.h5:/many -o m -q
    check "a virtual dataset: how far it is" tells encode huge.h5:/virtual -o v -q
    check "comparing: how far it is" tells compare huge.h5:/virtual huge.h5:/many
    rm -f .[mv].d*
    fails 1 "it has more bytes than a file can" encode "huge.h5:/too large" -o x
    # A filter that there is not: the number of one that there is, made another in the file.
    $python - <<'END'
import h5py, numpy as np
with h5py.File('filter.h5', 'w') as f:
    f.create_dataset('d', data=np.arange(10000.), chunks=(1000,), shuffle=True)
raw = bytearray(open('filter.h5', 'rb').read())
at = raw.find(b'shuffle\0')
raw[at - 8:at - 6] = (32004).to_bytes(2, 'little')
raw[at:at + 7] = b'strange'
open('filter.h5', 'wb').write(raw)
END
    fails 1 "its filter 32004, strange is not installed; HDF5_PLUGIN_PATH" encode filter.h5:/d -o x
    check "without HDF5's own stack" [ "$(wc -l <err)" = 1 ]
    chmod 600 field.h5
    run encode field.h5 -o private
    check "descriptors have the permissions of the file" [ "$(stat -c %a private.d?.h5 | sort -u)" = 600 ]
    chmod 640 private.d1.h5
    run decode private.d?.h5 -o again.h5
    check "what is decoded has what all descriptors permit" [ "$(stat -c %a again.h5)" = 600 ]
    run extract field.h5:/temperature -o one.h5
    check "what is extracted has the permissions of the file" [ "$(stat -c %a one.h5)" = 600 ]
    run decode k.f41.d0.h5 -o nothing.h5
    check "a factor without sense is an error" [ "$status" = 1 -a ! -e nothing.h5 ]
    check "and named" grep -q "its attributes do not fit its data" err
else
    skip "all types and odd shapes" "there is no h5py"
    skip "NaN and fill values" "there is no h5py"
fi

fails 1 "missing.h5: cannot open it" encode missing.h5 -o x
fails 1 "cannot open the dataset" encode field.h5:/nothing -o x
fails 1 "not a descriptor" decode field.h5 -o x.h5
fails 1 "--factors 2x2: the dataset has 3 axes" encode field.h5 -k 2x2 -o x
fails 1 "--factors 0: give one number" encode field.h5 -k 0 -o x
fails 1 "is a descriptor of something else than" decode part.d0.h5 "with space.d01.h5" -o x.h5
head -c 3000 part.d0.h5 >cut.h5
fails 1 "cut.h5: cannot open it" decode cut.h5 -o x.h5
fails 2 "name a command" nonsense
fails 2 "--output (-o) is needed" encode field.h5
check "nothing half-done is left" [ -z "$(find . -name '*.fanout-part' -o -name 'x*')" ]
run --version
check "--version" grep -qE '^fanout-mdc \(libfanout\) [0-9.]+$' out
finish
