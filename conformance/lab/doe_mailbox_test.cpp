#include "conformance/lab/doe_mailbox.h"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>

namespace assay::lab {

namespace {

constexpr uint16_t kAt = 0x150;

// A function with a mailbox that answers an object by `answer`.
struct FakeFunction final : ConfigSpace {
    std::map<uint16_t, uint32_t> registers{{0x100, 0x15010001}, {kAt, 0x0001002e}};
    std::function<Bytes(const Bytes&)> answer = [](const Bytes& object) { return object; };
    Bytes written;
    std::deque<uint32_t> left;
    uint32_t status = 0;
    int busy_for = 0;  // reads of the status before the answer is ready
    bool stuck = false, broken = false;

    Result<uint32_t> read(uint16_t offset) override {
        if (offset == kAt + doe::kReadData) return left.empty() ? 0 : left.front();
        if (offset != kAt + doe::kStatus) return registers[offset];
        if ((status & doe::kBusy) != 0 && busy_for-- <= 0 && !stuck) {
            status = broken ? doe::kError : left.empty() ? 0 : doe::kReady;
        }
        return status;
    }
    Result<> write(uint16_t offset, uint32_t value) override {
        if (offset == kAt + doe::kWriteData) {
            for (int i = 0; i < 4; ++i) written.push_back(static_cast<uint8_t>(value >> 8 * i));
        } else if (offset == kAt + doe::kReadData && !left.empty()) {
            left.pop_front();
            if (left.empty()) status &= ~doe::kReady;
        } else if (offset == kAt + doe::kControl && value == doe::kAbort) {
            written.clear();
            left.clear();
            if (!stuck) status = 0;
        } else if (offset == kAt + doe::kControl && value == doe::kGo) {
            const Bytes back = answer(written);
            written.clear();
            for (size_t at = 0; at + 4 <= back.size(); at += 4) {
                left.push_back(static_cast<uint32_t>(back[at]) | static_cast<uint32_t>(back[at + 1]) << 8 |
                               static_cast<uint32_t>(back[at + 2]) << 16 |
                               static_cast<uint32_t>(back[at + 3]) << 24);
            }
            status |= doe::kBusy;
        }
        return {};
    }
};

// So many waits, and then the time is over.
DoeMailbox::Pause waits(int count) {
    return [count]() mutable { return count-- > 0; };
}

const Bytes kObject = *from_hex("01000100 03000000 10840000");

std::string code_of(const Result<std::optional<Bytes>>& result) {
    if (!result) return result.error().detail;
    return *result ? to_hex(**result) : "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(doe_mailbox_suite)

BOOST_AUTO_TEST_CASE(mailboxes_are_found_among_the_extended_capabilities) {
    FakeFunction function;
    BOOST_TEST(*find_mailboxes(function) == std::vector<uint16_t>{kAt});
    function.registers[kAt] = 0x1800002e;
    function.registers[0x180] = 0x0001002e;
    BOOST_TEST(*find_mailboxes(function) == (std::vector<uint16_t>{kAt, 0x180}));
    function.registers[0x180] = 0x1500002e;
    BOOST_TEST(!find_mailboxes(function).has_value());
    function.registers[0x100] = 0;
    BOOST_TEST(find_mailboxes(function)->empty());
}

BOOST_AUTO_TEST_CASE(an_object_goes_there_and_comes_back) {
    FakeFunction function;
    function.busy_for = 3;
    DoeMailbox mailbox(function, kAt);
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(10), waits(3))) == to_hex(kObject));
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(10), waits(3))) == to_hex(kObject));
}

BOOST_AUTO_TEST_CASE(no_object_in_time_is_silence_and_the_mailbox_is_aborted) {
    FakeFunction function;
    function.busy_for = 100;
    DoeMailbox mailbox(function, kAt);
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == "nothing");
    function.busy_for = 0;
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == to_hex(kObject));
    // An answer that nobody took is in nobody's way.
    function.status = doe::kReady;
    function.left = {1, 2, 3};
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == to_hex(kObject));
}

BOOST_AUTO_TEST_CASE(a_mailbox_in_error_is_named_and_comes_back_with_an_abort) {
    FakeFunction function;
    DoeMailbox mailbox(function, kAt);
    function.broken = true;
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == "the mailbox reports an error");
    function.broken = false;
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == to_hex(kObject));
    function.stuck = true;
    function.status = doe::kBusy;
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) == "it stays busy after an abort");
}

BOOST_AUTO_TEST_CASE(an_object_of_another_length_than_it_says_is_refused) {
    FakeFunction function;
    DoeMailbox mailbox(function, kAt);
    function.answer = [](const Bytes&) { return *from_hex("01000100 03000000 10040000 00000000"); };
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))) ==
               "more than the object's header says");
    function.answer = [](const Bytes&) { return *from_hex("01000100 01000000"); };
    BOOST_TEST(code_of(mailbox.exchange(kObject, waits(5), waits(3))).contains("shorter"));
    BOOST_TEST(function.left.empty());
}

BOOST_AUTO_TEST_CASE(length_0_is_the_largest_object_and_no_other) {
    constexpr size_t kLargest = size_t{1} << 20;
    FakeFunction function;
    DoeMailbox mailbox(function, kAt);
    const Bytes header = *from_hex("01000100 00000000");
    for (const size_t size : {size_t{12}, kLargest - 4, kLargest + 4}) {
        function.answer = [&](const Bytes&) { return concat({header, Bytes(size - header.size(), 0xa5)}); };
        BOOST_TEST(!mailbox.exchange(kObject, waits(5), waits(3)).has_value());
    }
    const Bytes largest = concat({header, Bytes(kLargest - header.size(), 0xa5)});
    function.answer = [&](const Bytes& object) { return object; };
    const auto back = mailbox.exchange(largest, waits(5), waits(3));
    BOOST_REQUIRE((back.has_value() && back->has_value()));
    BOOST_TEST((**back == largest));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
