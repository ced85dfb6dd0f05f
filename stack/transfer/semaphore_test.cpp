#include "stack/transfer/semaphore.h"

#include <boost/test/unit_test.hpp>
#include <cstring>

#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

using Memory = std::array<uint8_t, kSemaphoreSize>;

struct Ends {
    explicit Ends(Checker checker = Checker(), size_t entries = kSemaphoreEntries)
        : writer(Channel::make(ring_of(KeyId::lce00_d2h_kernel, checker), {}).value()),
          reader(Channel::make(ring_of(KeyId::lce00_d2h_kernel, checker), {}).value(), entries) {}
    void write(uint32_t value) {
        if (!reader.expect() || !writer.write(value, memory)) std::abort();
    }
    std::string read() { return read(memory); }
    std::string read(std::span<uint8_t> from) {
        auto value = reader.read(from);
        return value ? std::to_string(*value) : outcome(value);
    }

    SemaphoreWriter writer;
    SemaphoreReader reader;
    alignas(4) Memory memory{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(semaphore)

BOOST_AUTO_TEST_CASE(the_value_last_written_is_read_whatever_was_passed_over) {
    Ends ends;
    BOOST_TEST(ends.read() == "0");
    ends.write(7);
    BOOST_TEST(ends.memory[4] == 2);
    BOOST_TEST(ends.read() == "7");
    BOOST_TEST(ends.read() == "7");
    for (uint32_t i = 0; i < 100; ++i) ends.write(i);
    BOOST_TEST(ends.read() == "99");
    ends.write(0xffffffff);
    BOOST_TEST(ends.read() == "4294967295");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_being_written_is_not_read) {
    Ends ends;
    ends.write(7);
    ends.memory[4] = 3;
    BOOST_TEST(ends.read() == "semaphore_writing");
    ends.memory[4] = 2;
    BOOST_TEST(ends.read() == "7");
}

BOOST_AUTO_TEST_CASE(a_changed_old_or_early_value_is_not_read) {
    Ends ends;
    ends.write(7);
    const Memory first = ends.memory;
    for (size_t at : {0U, 16U, 31U}) {
        Ends other;
        other.write(7);
        other.memory[at] ^= 1;
        BOOST_TEST(other.read() == "semaphore_torn");
    }
    ends.write(8);
    ends.write(9);
    const Memory third = ends.memory;
    BOOST_TEST(ends.read() == "9");
    // The first was never read, so its IV is still there: it is older all the same.
    ends.memory = first;
    BOOST_TEST(ends.read() == "semaphore_torn");
    ends.memory = third;
    ends.memory[4] = 8;
    BOOST_TEST(ends.read() == "semaphore_torn");
    ends.memory = third;
    BOOST_TEST(ends.read() == "9");
}

BOOST_AUTO_TEST_CASE(tries_are_bounded_and_then_it_is_fatal) {
    Ends ends;
    ends.write(7);
    ends.memory[4] = 3;
    for (size_t i = 1; i < kSemaphoreTries; ++i) BOOST_TEST(ends.read() == "semaphore_writing");
    auto last = ends.reader.read(ends.memory);
    BOOST_TEST(outcome(last) == "semaphore_retries");
    BOOST_TEST(last.error().fatal());
}

BOOST_AUTO_TEST_CASE(a_success_between_them_begins_the_tries_anew) {
    Ends ends;
    ends.write(7);
    for (size_t i = 0; i < 3 * kSemaphoreTries; ++i) {
        ends.memory[4] = 3;
        BOOST_TEST(ends.read() == "semaphore_writing");
        ends.memory[4] = 2;
        BOOST_TEST(ends.read() == "7");
    }
}

BOOST_AUTO_TEST_CASE(memory_of_another_size_or_alignment_is_refused) {
    Ends ends;
    alignas(4) std::array<uint8_t, 40> wide{};
    BOOST_TEST(ends.read(wide) == "semaphore_size");
    BOOST_TEST(ends.read(std::span(wide).subspan(1, kSemaphoreSize)) == "semaphore_size");
    BOOST_TEST(outcome(ends.writer.write(1, std::span(wide).first(31))) == "semaphore_size");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_semaphores_show) {
    Ends careless(planting(Defect::semaphore_notifier_ignored));
    careless.write(7);
    const Memory first = careless.memory;
    careless.write(8);
    BOOST_TEST(careless.read() == "8");
    careless.memory = first;
    BOOST_TEST(careless.read() == "7");
    Ends patient(planting(Defect::semaphore_retries_unbounded));
    patient.write(7);
    patient.memory[4] = 3;
    for (size_t i = 0; i < 2 * kSemaphoreTries; ++i) BOOST_TEST(patient.read() == "semaphore_writing");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
