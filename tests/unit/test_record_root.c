/* SPDX-License-Identifier: Apache-2.0 */

#include "format/record/record_root.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "tests/support/cmocka.h"

/* The leaves and roots of the certificate-transparency reference tests. */
static const struct {
    const char *bytes;
    size_t len;
} LEAVES[8] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static const char *const ROOTS[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static const struct vtr_bytes NO_HEAD = {NULL, 0};

static void roots_are_those_of_the_reference(void **state)
{
    (void)state;
    struct vtr_merkle_tree tree = {0};
    uint8_t root[VTR_DIGEST_LEN];
    char text[2 * VTR_DIGEST_LEN + 1];

    for (size_t count = 0; count <= 8; count++) {
        vtr_merkle_tree_root(&tree, root);
        vtr_digest_hex((struct vtr_bytes){root, sizeof(root)}, text);
        assert_string_equal(text, ROOTS[count]);
        if (count < 8) {
            const struct vtr_bytes leaf = {(const uint8_t *)LEAVES[count].bytes,
                                           LEAVES[count].len};
            vtr_merkle_tree_add(&tree, NO_HEAD, &leaf, 1);
        }
    }
}

/* RFC 6962, section 2.1, word for word: the split is the greatest power of two below
 * the number of leaves.  Leaf i is the byte i. */
static void root_of(uint8_t first, size_t count, uint8_t *out)
{
    uint8_t left[VTR_DIGEST_LEN];
    uint8_t right[VTR_DIGEST_LEN];
    size_t split = 1;

    if (count == 1) {
        const struct vtr_bytes leaf = {&first, 1};
        vtr_digest_leaves((struct vtr_bytes){NULL, 0}, &leaf, 1, out);
        return;
    }
    while (split * 2 < count) {
        split *= 2;
    }
    root_of(first, split, left);
    root_of((uint8_t)(first + split), count - split, right);
    vtr_digest_node(left, right, out);
}

static void every_size_of_tree_agrees_with_the_definition(void **state)
{
    (void)state;
    struct vtr_merkle_tree tree = {0};

    for (size_t count = 1; count <= 130; count++) {
        const uint8_t leaf = (uint8_t)(count - 1);
        uint8_t expected[VTR_DIGEST_LEN];
        uint8_t root[VTR_DIGEST_LEN];

        vtr_merkle_tree_add(&tree, NO_HEAD, &(struct vtr_bytes){&leaf, 1}, 1);
        vtr_merkle_tree_root(&tree, root);
        root_of(0, count, expected);
        assert_memory_equal(root, expected, sizeof(root));
    }
}

static void leaves_that_are_added_together_give_the_same_tree(void **state)
{
    (void)state;
    static const size_t STEPS[] = {1, 2, 3, 7, 8, 100, VTR_MERKLE_BATCH};
    uint8_t bytes[VTR_MERKLE_BATCH];
    struct vtr_bytes leaves[VTR_MERKLE_BATCH];

    for (size_t i = 0; i < VTR_MERKLE_BATCH; i++) {
        bytes[i] = (uint8_t)i;
        leaves[i] = (struct vtr_bytes){bytes + i / 2, i % 3};
    }
    for (size_t first = 0; first < 9; first++) {
        for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
            struct vtr_merkle_tree together = {0};
            struct vtr_merkle_tree alone = {0};
            uint8_t left[VTR_DIGEST_LEN];
            uint8_t right[VTR_DIGEST_LEN];

            vtr_merkle_tree_add(&together, NO_HEAD, leaves, first);
            vtr_merkle_tree_add(&together, NO_HEAD, leaves, STEPS[i]);
            vtr_merkle_tree_add(&together, NO_HEAD, leaves, 5);
            for (size_t k = 0; k < first + STEPS[i] + 5; k++) {
                const size_t leaf = k < first              ? k
                                    : k < first + STEPS[i] ? k - first
                                                           : k - first - STEPS[i];
                vtr_merkle_tree_add(&alone, NO_HEAD, leaves + leaf, 1);
            }
            assert_int_equal(together.leaf_count, alone.leaf_count);
            vtr_merkle_tree_root(&together, left);
            vtr_merkle_tree_root(&alone, right);
            assert_memory_equal(left, right, sizeof(left));
        }
    }
}

static void hash_records_share_leaves_of_sixty_four(void **state)
{
    (void)state;
    for (unsigned count = 63; count <= 129; count += 33) {
        struct vtr_root_builder builder = {0};
        const uint8_t digest[16] = {0};
        const struct vtr_hash_record record = {.digest = digest, .size = 1};

        for (unsigned i = 0; i < count; i++) {
            vtr_root_builder_add_hash(&builder, VTR_HASH_MD5, &record,
                                      vtr_bytes_from_text("name"));
        }
        vtr_root_builder_end_kind(&builder);
        vtr_root_builder_end_kind(&builder);
        assert_int_equal(builder.leaf_count, (count + 63) / 64);
        const struct vtr_bytes rule = vtr_bytes_from_text("r");
        vtr_root_builder_add_bodies(&builder, VTR_RECORD_RULE, &rule, 1);
        assert_int_equal(builder.tree.leaf_count, (count + 63) / 64 + 1);
        vtr_root_builder_deinit(&builder);
    }
}

/* A body's leaf is its kind and its bytes, wherever a batch ends. */
static void memory_that_is_out_from_the_first_leaf_on_is_told(void **state)
{
    struct vtr_root_builder builder = {.leaves = {.has_failed = true}};
    const uint8_t digest[16] = {0};
    const struct vtr_hash_record record = {.digest = digest};
    uint8_t root[VTR_DIGEST_LEN];
    (void)state;

    for (unsigned i = 0; i < 2 * VTR_LEAF_HASHES; i++) {
        vtr_root_builder_add_hash(&builder, VTR_HASH_MD5, &record,
                                  vtr_bytes_from_text("name"));
    }
    vtr_root_builder_end_kind(&builder);
    assert_int_equal(vtr_root_builder_finish(&builder, root, NULL), VTR_ERROR_MEMORY);
    vtr_root_builder_deinit(&builder);
}

static void bodies_are_leaves_behind_their_kind(void **state)
{
    (void)state;
    enum {
        COUNT = 2 * VTR_MERKLE_BATCH + 1
    };
    static struct vtr_bytes bodies[COUNT];
    static const uint8_t BYTES[256] = {1, 2, 3};

    for (size_t i = 0; i < COUNT; i++) {
        bodies[i] = (struct vtr_bytes){BYTES, i % sizeof(BYTES)};
    }
    for (size_t count = VTR_MERKLE_BATCH - 1; count <= COUNT;
         count += VTR_MERKLE_BATCH / 2 + 1) {
        struct vtr_root_builder builder = {0};
        struct vtr_merkle_tree alone = {0};
        uint8_t root[VTR_DIGEST_LEN];
        uint8_t expected[VTR_DIGEST_LEN];

        vtr_root_builder_add_bodies(&builder, VTR_RECORD_RULE, bodies, count);
        for (size_t i = 0; i < count; i++) {
            uint8_t leaf[1 + sizeof(BYTES)] = {VTR_RECORD_RULE};
            memcpy(leaf + 1, bodies[i].ptr, bodies[i].len);
            vtr_merkle_tree_add(&alone, NO_HEAD,
                                &(struct vtr_bytes){leaf, 1 + bodies[i].len}, 1);
        }
        assert_int_equal(vtr_root_builder_finish(&builder, root, NULL), VTR_OK);
        vtr_merkle_tree_root(&alone, expected);
        assert_memory_equal(root, expected, sizeof(root));
        vtr_root_builder_deinit(&builder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_the_reference),
        cmocka_unit_test(every_size_of_tree_agrees_with_the_definition),
        cmocka_unit_test(leaves_that_are_added_together_give_the_same_tree),
        cmocka_unit_test(hash_records_share_leaves_of_sixty_four),
        cmocka_unit_test(memory_that_is_out_from_the_first_leaf_on_is_told),
        cmocka_unit_test(bodies_are_leaves_behind_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
