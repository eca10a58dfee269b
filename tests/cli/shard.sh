#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `vitrine scan --shard`: every file is in exactly one shard, what shards answer
# concatenates to what one program answers, and schedulers' environments say which.
set -euo pipefail
. "$(dirname "$0")/lib.bash"
cd "$work"

unset SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_MIN SLURM_ARRAY_TASK_MAX SLURM_ARRAY_TASK_STEP \
    SLURM_ARRAY_TASK_COUNT JOB_COMPLETION_INDEX OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE \
    PMI_RANK PMI_SIZE PARALLEL_SEQ

mkdir -p files/deep
for i in $(seq 200); do
    printf 'number %s' "$i" >"files/$i"
done
printf 'number of the deep' >files/deep/one
cat >r.yar <<'RULES'
rule number { strings: $a = /number [0-9]/ condition: $a }
rule every { condition: true }
RULES
expect 0 compile -o r.vdb r.yar
expect 1 scan --json r.vdb files
sort stdout >whole

# Exactly one shard has a file; sorted, all of them are the whole.
for count in 1 2 3 7 16; do
    : >parts
    for index in $(seq "$count"); do
        expect 1 scan --json --shard "$index/$count" r.vdb files
        cat stdout >>parts
        if [ "$count" -gt 1 ]; then
            says stderr "shard $index of $count: [0-9]+ of 201 files"
        fi
    done
    sort parts >sorted
    is_same sorted whole
done
expect 1 scan --json --shard 1/2 r.vdb files
lines=$(wc -l <stdout)
[ "$lines" -gt 120 ] && [ "$lines" -lt 280 ] || complain "half of 401 answers are $lines"
expect 1 scan --json --shard all r.vdb files
is_silent stderr

# The same shard by a folder, by names and by a list; others that come or go move nothing.
expect 1 scan --shard 2/3 r.vdb files
cp stdout of_folder
find files -type f | LC_ALL=C sort >list
expect 1 scan --shard 2/3 --scan-list r.vdb list
sort stdout >a
sort of_folder >b
is_same a b
rm files/7 files/8 files/9
expect 1 scan --shard 2/3 r.vdb files
grep -vE ' files/[789]$' of_folder >fewer
is_same stdout fewer

# Which shard a path is in is the same on every machine and in every version.
printf x >x
printf x >b
expect 0 scan --shard 1/2 r.vdb x
is_silent stdout
expect 1 scan --shard 2/2 r.vdb x
expect 1 scan --shard 1/2 r.vdb b

# What is no shard.
for bad in 0/3 4/3 3 /3 3/ -1/3 1/0 1/3x x1/3 1//3 '1 /3' 1/99999999999999999999 '' AUTO \
    auto/ auto/0 autos/3; do
    expect 2 scan --shard "$bad" r.vdb files
    says stderr '--shard takes I/N with I from 1 to N, auto, auto/N or all, not'
    is_silent stdout
done
expect 2 scan --shard 1/2 --pid $$ r.vdb files
says stderr 'processes do not go with it'

# Environments.
is_shard() { # wanted "I of N", variables...
    local wanted=$1
    shift
    local code=0
    env "$@" "$VITRINE" scan --shard "$option" r.vdb files >stdout 2>stderr || code=$?
    [ "$code" -eq 1 ] || complain "exit code $code of $*"
    says stderr "shard $wanted: "
}
is_none() { # what is said, variables...
    local wanted=$1
    shift
    local code=0
    env "$@" "$VITRINE" scan --shard "$option" r.vdb files >stdout 2>stderr || code=$?
    [ "$code" -eq 2 ] || complain "exit code $code of $*"
    says stderr "$wanted"
    is_silent stdout
}
slurm() { # id, min, max, step, count
    printf 'SLURM_ARRAY_TASK_ID=%s\nSLURM_ARRAY_TASK_MIN=%s\nSLURM_ARRAY_TASK_MAX=%s\n' \
        "$1" "$2" "$3"
    printf 'SLURM_ARRAY_TASK_STEP=%s\nSLURM_ARRAY_TASK_COUNT=%s\n' "$4" "$5"
}
option=auto
is_shard '1 of 4' $(slurm 0 0 3 1 4)
is_shard '4 of 4' $(slurm 3 0 3 1 4)
is_shard '1 of 4' $(slurm 1 1 4 1 4)
is_shard '3 of 4' $(slurm 14 10 16 2 4)
is_shard '2 of 3' OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3
is_shard '3 of 3' PMI_RANK=2 PMI_SIZE=3
is_none 'without gaps' $(slurm 5 1 9 1 3)
is_none 'without gaps' $(slurm 9 1 4 1 4)
is_none 'without gaps' $(slurm 2 1 4 0 4)
is_none 'without gaps' OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=3
is_none "no number.*'PMI_RANK'" PMI_RANK=one PMI_SIZE=3
is_none "no number.*'PMI_SIZE'" PMI_RANK=1 PMI_SIZE=
is_none 'another number' PMI_RANK=1 PMI_SIZE=0
is_none 'does not tell how many.*JOB_COMPLETION_INDEX' JOB_COMPLETION_INDEX=0
is_none 'does not tell how many.*PARALLEL_SEQ' PARALLEL_SEQ=1
is_none 'more than one scheduler' PMI_RANK=1 PMI_SIZE=3 PARALLEL_SEQ=1
is_none "no scheduler's variable" NOTHING=1
option=auto/3
is_shard '1 of 3' JOB_COMPLETION_INDEX=0
is_shard '3 of 3' JOB_COMPLETION_INDEX=2
is_shard '1 of 3' PARALLEL_SEQ=1
is_shard '3 of 3' PARALLEL_SEQ=3
is_shard '2 of 3' PMI_RANK=1 PMI_SIZE=3
is_none 'without gaps' PARALLEL_SEQ=4
is_none 'without gaps' PARALLEL_SEQ=0
is_none 'another number.*PMI_SIZE' PMI_RANK=1 PMI_SIZE=4

# Without --shard all files are scanned, whatever the environment; who may have meant
# otherwise is told.
expect 1 scan r.vdb files
cp stdout all
is_silent stderr
PMI_RANK=1 PMI_SIZE=3 expect 1 scan r.vdb files
is_same stdout all
says stderr 'one of several tasks of MPI, and it scans all files'
PMI_RANK=1 PMI_SIZE=3 expect 1 scan --shard all r.vdb files
is_same stdout all
is_silent stderr
PMI_RANK=0 PMI_SIZE=1 expect 1 scan r.vdb files
is_silent stderr

finish
