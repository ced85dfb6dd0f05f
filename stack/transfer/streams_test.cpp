// Work submissions, fault packets and RPC elements: what arrives, and what is refused.
#include <boost/test/unit_test.hpp>

#include "stack/transfer/fault_packet.h"
#include "stack/transfer/rpc.h"
#include "stack/transfer/test_support.h"
#include "stack/transfer/work_submission.h"

namespace assay::transfer {

namespace {

const std::vector<Method> kMethods = {{0x100, 1}, {0x104, 0xdeadbeef}};

struct WorkEnds {
    explicit WorkEnds(Checker checker = Checker(), Protection protection = Protection::sealed)
        : guest(WorkQueue::make(ring_of(KeyId::cpu_sec2_hmac_user, checker), protection).value()),
          gpu(WorkQueue::make(ring_of(KeyId::cpu_sec2_hmac_user, checker), protection).value()) {}
    Bytes sign() { return guest.sign(kMethods).value(); }
    std::string accept(ByteView submission) {
        auto methods = gpu.accept(submission);
        if (!methods) return outcome(methods);
        return *methods == kMethods ? "taken" : "other methods";
    }
    WorkQueue guest, gpu;
};

Channel gsp_channel(KeyId id, Checker checker = Checker(), Protection protection = Protection::sealed) {
    return Channel::make(ring_of(id, checker), {.layout = IvLayout::gsp, .protection = protection}).value();
}

struct FaultEnds {
    explicit FaultEnds(Checker checker = Checker())
        : gpu(gsp_channel(KeyId::gsp_cpu_replayable_fault, checker)),
          guest(gsp_channel(KeyId::gsp_cpu_replayable_fault, checker)) {}
    Bytes entry(uint8_t fill) {
        Bytes entry(kFaultEntrySize);
        if (!gpu.write(Bytes(kFaultPacketSize, fill), entry)) entry.clear();
        return entry;
    }
    std::string read(Bytes entry) {
        auto packet = guest.read(entry);
        return packet ? to_hex(ByteView(*packet).first(1)) : outcome(packet);
    }
    FaultBuffer gpu, guest;
};

struct RpcEnds {
    explicit RpcEnds(Checker checker = Checker(), Protection protection = Protection::sealed)
        : out(gsp_channel(KeyId::cpu_gsp_locked_rpc, checker, protection)),
          in(gsp_channel(KeyId::cpu_gsp_locked_rpc, checker, protection)) {}
    Bytes seal(std::string_view message) { return out.seal(as_bytes(message)).value(); }
    std::string open(ByteView element) {
        auto message = in.open(element);
        if (!message) return outcome(message);
        return message->has_value() ? std::string((*message)->begin(), (*message)->end()) : "old";
    }
    RpcQueue out, in;
};

// With a byte changed at `at` and the checksum made good again.
Bytes edited(Bytes element, size_t at, uint8_t by) {
    element.at(at) ^= by;
    element.at(kRpcChecksumAt + at % 4) ^= by;
    return element;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(work)

BOOST_AUTO_TEST_CASE(signed_work_is_taken_once_and_in_its_order) {
    WorkEnds ends;
    const Bytes one = ends.sign(), two = ends.sign();
    BOOST_TEST((one != two));
    BOOST_TEST(ends.accept(two) == "work_mac");
    BOOST_TEST(ends.accept(one) == "taken");
    BOOST_TEST(ends.accept(one) == "work_mac");
    BOOST_TEST(ends.accept(two) == "taken");
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_submission_counts) {
    WorkEnds ends;
    const Bytes submission = ends.sign();
    for (size_t bit = 0; bit < 8 * submission.size(); ++bit) {
        BOOST_TEST(ends.accept(flipped(submission, bit)) != "taken");
    }
    for (size_t size = 0; size < submission.size(); ++size) {
        const std::string refused = ends.accept(ByteView(submission).first(size));
        BOOST_TEST(refused == "work_form");
    }
    BOOST_TEST(ends.accept(concat({submission, Bytes{0}})) == "work_form");
    BOOST_TEST(ends.accept(submission) == "taken");
}

BOOST_AUTO_TEST_CASE(a_driver_signs_at_most_80_bytes_and_the_engine_takes_at_most_512) {
    WorkEnds ends;
    BOOST_TEST(outcome(ends.guest.sign({})) == "work_size");
    BOOST_TEST(outcome(ends.guest.sign(std::vector<Method>(11))) == "work_size");
    BOOST_TEST(outcome(ends.guest.sign(std::vector<Method>(10))) == "taken");
    BOOST_TEST(ends.accept(Bytes{65, 0, 0, 0}) == "work_size");
    BOOST_TEST(ends.accept(Bytes{64, 0, 0, 0}) == "work_form");
    BOOST_TEST(ends.accept(Bytes{0, 0, 0, 0}) == "work_size");
}

BOOST_AUTO_TEST_CASE(the_nonce_counts_192_bits_before_it_is_used) {
    WorkEnds ends;
    BOOST_TEST(ends.guest.next_nonce()[0] == 1);
    ends.guest.set_counted({UINT64_MAX, 5, 0});
    BOOST_TEST(to_hex(ends.guest.next_nonce()) ==
               "0000000000000000060000000000000000000000000000000000000000000000");
    ends.guest.set_counted({UINT64_MAX, UINT64_MAX, UINT64_MAX});
    BOOST_TEST(outcome(ends.guest.sign(kMethods)) == "work_nonce");
}

BOOST_AUTO_TEST_CASE(another_queue_of_the_same_key_has_other_nonces) {
    auto ring = ring_of(KeyId::cpu_sec2_hmac_user);
    WorkQueue first = WorkQueue::make(ring, Protection::sealed).value();
    WorkQueue second = WorkQueue::make(ring, Protection::sealed).value();
    const Bytes submission = first.sign(kMethods).value();
    BOOST_TEST(outcome(second.accept(submission)) == "work_mac");
}

BOOST_AUTO_TEST_CASE(unsigned_work_is_taken_as_it_comes_and_as_often) {
    WorkEnds ends(Checker(), Protection::clear);
    const Bytes submission = ends.sign();
    BOOST_TEST(ends.accept(submission) == "taken");
    BOOST_TEST(ends.accept(submission) == "taken");
    BOOST_TEST(ends.accept(flipped(submission, 40)) == "other methods");
}

BOOST_AUTO_TEST_CASE(planted_defects_take_changed_or_repeated_work) {
    WorkEnds nonce(planting(Defect::work_nonce_ignored));
    Bytes submission = nonce.sign();
    BOOST_TEST(nonce.accept(submission) == "taken");
    BOOST_TEST(nonce.accept(submission) == "taken");
    WorkEnds address(planting(Defect::work_address_unsigned));
    BOOST_TEST(address.accept(flipped(address.sign(), 32)) == "other methods");
    WorkEnds mac(planting(Defect::work_mac_short));
    submission = mac.sign();
    submission.back() ^= 1;
    BOOST_TEST(mac.accept(submission) == "taken");
    WorkEnds waived(waiving(Check::work_mac));
    submission = waived.sign();
    submission.back() ^= 1;
    BOOST_TEST(waived.accept(submission) == "taken");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(fault_packets_are_read_in_their_order) {
    FaultEnds ends;
    const Bytes one = ends.entry(1), two = ends.entry(2);
    BOOST_TEST(ends.read(two) == "block_tag");
    BOOST_TEST(ends.read(one) == "01");
    BOOST_TEST(ends.read(one) == "block_tag");
    BOOST_TEST(ends.read(two) == "02");
}

BOOST_AUTO_TEST_CASE(a_skipped_entry_uses_its_iv_up) {
    FaultEnds ends;
    Bytes one = ends.entry(1);
    const Bytes two = ends.entry(2);
    BOOST_REQUIRE(ends.guest.skip(one));
    BOOST_TEST(ends.read(two) == "02");
    BOOST_TEST(outcome(ends.guest.skip(one)) == "fault_absent");
}

BOOST_AUTO_TEST_CASE(the_valid_byte_is_authenticated_and_is_cleared_by_reading) {
    FaultEnds ends;
    Bytes entry = ends.entry(1);
    entry[kFaultValidAt] = 0;
    BOOST_TEST(ends.read(entry) == "fault_absent");
    entry[kFaultValidAt] = 3;
    BOOST_TEST(ends.read(entry) == "block_tag");
    entry[kFaultValidAt] = 1;
    BOOST_REQUIRE(ends.guest.read(entry));
    BOOST_TEST(entry[kFaultValidAt] == 0);
    BOOST_TEST(ends.read(Bytes(63)) == "fault_size");
    BOOST_TEST(outcome(ends.gpu.write(Bytes(31), entry)) == "fault_size");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_faults_show) {
    FaultEnds constant(planting(Defect::fault_aad_constant));
    Bytes entry = constant.entry(1);
    entry[kFaultValidAt] = 3;
    BOOST_TEST(constant.read(entry) == "01");
    FaultEnds stuck(planting(Defect::fault_skip_keeps_counter));
    entry = stuck.entry(1);
    BOOST_REQUIRE(stuck.guest.skip(entry));
    BOOST_TEST(stuck.read(stuck.entry(2)) == "block_tag");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rpc)

BOOST_AUTO_TEST_CASE(messages_of_every_size_arrive_and_fill_whole_elements) {
    RpcEnds ends;
    for (size_t size : {size_t{0}, size_t{1}, size_t{4048}, size_t{4049}, kRpcMaxMessage}) {
        const std::string message(size, 'm');
        const Bytes element = ends.seal(message);
        BOOST_TEST(element.size() == (size + 48 + 4095) / 4096 * 4096);
        BOOST_TEST(rpc_checksum(element) == 0U);
        BOOST_TEST(ends.open(element) == message);
    }
    BOOST_TEST(outcome(ends.out.seal(Bytes(kRpcMaxMessage + 1))) == "rpc_size");
}

BOOST_AUTO_TEST_CASE(what_lies_outside_of_the_ciphertext_is_looked_at_first) {
    RpcEnds ends;
    const Bytes element = ends.seal("hello");
    BOOST_TEST(ends.open(flipped(element, 8 * 100)) == "rpc_checksum");
    BOOST_TEST(ends.open(flipped(element, 8 * kRpcSequenceAt)) == "rpc_checksum");
    BOOST_TEST(ends.open(edited(element, kRpcSequenceAt, 1)) == "rpc_sequence");
    BOOST_TEST(ends.open(edited(element, kRpcCountAt, 1)) == "rpc_count");
    BOOST_TEST(ends.open(ByteView(element).first(4095)) == "rpc_size");
    BOOST_TEST(ends.open(concat({element, Bytes(4096)})) == "rpc_count");
    BOOST_TEST(ends.open(Bytes(17 * 4096)) == "rpc_size");
    BOOST_TEST(ends.open(element) == "hello");
}

BOOST_AUTO_TEST_CASE(what_is_changed_behind_a_good_checksum_does_not_decrypt) {
    RpcEnds ends;
    const Bytes element = ends.seal("hello");
    for (size_t at : {size_t{0}, kRpcAadAt, kRpcAadAt + 15, kRpcHeaderSize, element.size() - 1}) {
        BOOST_TEST(ends.open(edited(element, at, 4)) == "rpc_tag");
    }
    BOOST_TEST(ends.open(element) == "hello");
}

BOOST_AUTO_TEST_CASE(an_element_that_came_before_is_passed_over_and_one_to_come_refused) {
    RpcEnds ends;
    const Bytes one = ends.seal("one"), two = ends.seal("two");
    BOOST_TEST(ends.open(two) == "rpc_sequence");
    BOOST_TEST(ends.open(one) == "one");
    BOOST_TEST(ends.open(one) == "old");
    BOOST_TEST(ends.open(two) == "two");
    // The old one under the number that is next.
    BOOST_TEST(ends.open(edited(one, kRpcSequenceAt, 2)) == "rpc_tag");
    for (uint32_t i = 0; i < kRpcToleratedOld; ++i) BOOST_TEST(ends.open(ends.seal("more")) == "more");
    BOOST_TEST(ends.open(two) == "rpc_sequence");
}

BOOST_AUTO_TEST_CASE(a_queue_whose_counter_is_at_its_limit_is_fatal_at_both_ends) {
    RpcEnds ends;
    ends.out.channel().set_counted(UINT64_MAX);
    auto sealed = ends.out.seal(as_bytes("x"));
    BOOST_TEST(outcome(sealed) == "rpc_iv");
    BOOST_TEST(sealed.error().fatal());
    RpcEnds other;
    other.in.channel().set_counted(UINT64_MAX);
    BOOST_TEST(other.open(other.seal("x")) == "rpc_iv");
}

BOOST_AUTO_TEST_CASE(in_the_clear_an_element_can_be_read_and_changed) {
    RpcEnds ends(Checker(), Protection::clear);
    const Bytes element = ends.seal("hello");
    BOOST_TEST(element[kRpcHeaderSize + 4] == 'h');
    BOOST_TEST(ends.open(edited(element, kRpcHeaderSize + 4, 'h' ^ 'j')) == "jello");
    RpcEnds unprotected(Checker(), Protection::clear);
    BOOST_TEST(unprotected.open(edited(element, kRpcHeaderSize + 2, 0xff)) == "rpc_length");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_rpc_show) {
    RpcEnds partial(planting(Defect::rpc_checksum_partial));
    BOOST_TEST(partial.open(flipped(partial.seal("hello"), 8 * 100)) == "rpc_tag");
    RpcEnds repeating(planting(Defect::rpc_old_delivered));
    const Bytes element = repeating.seal("hello");
    BOOST_TEST(repeating.open(element) == "hello");
    BOOST_TEST(repeating.open(element) == "hello");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
