#include "stack/wire/messages/chunk.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(chunk_suite)

BOOST_AUTO_TEST_CASE(the_first_chunk_says_how_large_the_message_is) {
    auto first =
        round_trip<ChunkSend>("12850007 0000 0000 03000000 39300000 aabbcc", context_at(Version::v1_2));
    BOOST_TEST(first.handle == 7);
    BOOST_TEST(first.chunk_seq_no == 0U);
    BOOST_TEST(first.large_message_size == 12345U);
    BOOST_TEST(to_hex(first.spdm_chunk) == "aabbcc");
    auto last = round_trip<ChunkSend>("12850107 0201 0000 02000000 aabb", context_at(Version::v1_2));
    BOOST_TEST(last.param1 == kLastChunk);
    BOOST_TEST(last.chunk_seq_no == 0x0102U);
}

BOOST_AUTO_TEST_CASE(a_sequence_number_has_32_bits_at_1_4) {
    auto first =
        round_trip<ChunkSend>("14850007 00000000 03000000 39300000 aabbcc", context_at(Version::v1_4));
    BOOST_TEST(first.large_message_size == 12345U);
    auto next = round_trip<ChunkResponse>("14060107 04030201 02000000 aabb", context_at(Version::v1_4));
    BOOST_TEST(next.chunk_seq_no == 0x01020304U);
    auto get = round_trip<ChunkGet>("14860007 04030201", context_at(Version::v1_4));
    BOOST_TEST(get.chunk_seq_no == 0x01020304U);
    ChunkGet large;
    large.chunk_seq_no = 0x10000;
    BOOST_TEST(encode_refusal(large, context_at(Version::v1_3)) == "out_of_range ChunkSeqNo");
    BOOST_TEST(encode_refusal(large, context_at(Version::v1_4)) == "accepted");
}

BOOST_AUTO_TEST_CASE(chunk_responses_are_laid_out_as_chunks_sent) {
    auto get = round_trip<ChunkGet>("13860007 0100", context_at(Version::v1_3));
    BOOST_TEST(get.handle == 7);
    BOOST_TEST(get.chunk_seq_no == 1U);
    auto first =
        round_trip<ChunkResponse>("13060007 0000 0000 03000000 39300000 aabbcc", context_at(Version::v1_3));
    BOOST_TEST(first.large_message_size == 12345U);
    round_trip<ChunkResponse>("13060107 0100 0000 01000000 aa", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(the_acknowledgement_may_carry_the_response) {
    round_trip<ChunkSendAck>("12050007 0100", context_at(Version::v1_2), 6);
    auto v1_2 = round_trip<ChunkSendAck>("12050107 0100 127f0100", context_at(Version::v1_2), 6);
    BOOST_TEST(v1_2.param1 == kEarlyErrorDetected);
    BOOST_TEST(to_hex(v1_2.response_to_large_request) == "127f0100");
    auto v1_4 = round_trip<ChunkSendAck>("14050007 01000000 147f0100", context_at(Version::v1_4), 8);
    BOOST_TEST(v1_4.chunk_seq_no == 1U);
    BOOST_TEST(to_hex(v1_4.response_to_large_request) == "147f0100");
}

BOOST_AUTO_TEST_CASE(a_chunk_size_beyond_the_message_is_refused) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<ChunkSend>("12850107 0100 0000 03000000 aabb", context) == "truncated ChunkSize");
    BOOST_TEST(refusal<ChunkSend>("12850107 0100 0000 ffffffff aabb", context) == "truncated ChunkSize");
    // The size of the whole message must not pass for bytes of the chunk.
    BOOST_TEST(refusal<ChunkSend>("12850007 0000 0000 04000000 39300000", context) == "truncated SPDMchunk");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
