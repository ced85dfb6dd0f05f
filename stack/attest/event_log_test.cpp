#include "stack/attest/event_log.h"

#include "stack/attest/boot_state.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;
using evidence::EventForm;
using LogForm = evidence::EventLogForm;

std::string value(const Registers& values, Bank bank, uint32_t index) {
    return to_hex(values.at({bank, index}).view());
}

bool all_follow(const LogEvent& found) {
    return std::ranges::all_of(found.digests,
                               [&](const auto& one) { return digest_follows(found, one.first); });
}

std::set<Register> firmware_registers(Bank bank) {
    std::set<Register> registers;
    for (uint32_t index = 0; index < kSeparatorRegisters; ++index) registers.insert({bank, index});
    return registers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_suite)

BOOST_AUTO_TEST_CASE(a_log_reads_back_as_it_was_written) {
    LogForm form = genuine_log();
    form.banks = {tpm_alg::sha1, tpm_alg::sha256, tpm_alg::sha384, tpm_alg::sha512};
    const Bytes bytes = make(form);
    const auto log = parse_event_log(bytes);
    BOOST_REQUIRE(log);
    BOOST_TEST((log->banks == std::vector{Bank::sha1, Bank::sha256, Bank::sha384, Bank::sha512}));
    BOOST_REQUIRE(log->events.size() == form.events.size());
    for (size_t i = 0; i < form.events.size(); ++i) {
        BOOST_TEST(log->events[i].index == form.events[i].index);
        BOOST_TEST(log->events[i].type == form.events[i].type);
        BOOST_TEST(equal(log->events[i].data, form.events[i].data));
        BOOST_TEST(log->events[i].digests.size() == 4U);
        BOOST_TEST(all_follow(log->events[i]));
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_log_is_refused_or_a_log_of_fewer_events) {
    const Bytes bytes = make(genuine_log());
    size_t read = 0;
    for (size_t size = 0; size < bytes.size(); ++size) {
        const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        if (parse_event_log(part)) ++read;
    }
    BOOST_TEST(read == genuine_log().events.size());
}

BOOST_AUTO_TEST_CASE(a_header_that_lies_is_refused) {
    const Bytes bytes = make(genuine_log());
    constexpr size_t kHeader = 32;  // where the header's data begin
    const auto with = [&](size_t at, uint8_t value) {
        Bytes changed = bytes;
        changed[at] = value;
        return parse_event_log(changed);
    };
    BOOST_TEST(with(kHeader + 24, 1).has_value());  // as it was: one algorithm
    BOOST_TEST(!with(kHeader + 24, 0));
    BOOST_TEST(!with(kHeader + 24, 17));
    BOOST_TEST(!with(kHeader + 27, 0xff));
    BOOST_TEST(!with(kHeader + 30, 31));    // SHA-256 of 31 bytes
    BOOST_TEST(!with(kHeader + 28, 0x0c));  // SHA-384 of 32
    BOOST_TEST(!with(kHeader + 32, 1));     // vendor information that is not there
    BOOST_TEST(!with(28, 0xff));            // a header that reaches into the events
}

BOOST_AUTO_TEST_CASE(an_event_must_have_the_headers_digests_and_a_register_of_a_pc) {
    const LogForm form{.banks = {tpm_alg::sha256}, .events = {{4, event_type::ipl, Bytes(3)}}};
    const Bytes bytes = make(form);
    const size_t at = bytes.size() - (4 + 4 + 4 + 2 + 32 + 4 + 3);
    const auto with = [&](size_t offset, uint8_t value) {
        Bytes changed = bytes;
        changed[at + offset] = value;
        return parse_event_log(changed);
    };
    BOOST_TEST(with(0, 23).has_value());
    BOOST_TEST(!with(0, 24));
    BOOST_TEST(!with(8, 0));
    BOOST_TEST(!with(8, 2));
    BOOST_TEST(!with(12, 0x0c));
    BOOST_TEST(!with(12 + 2 + 32, 4));
    BOOST_TEST(!with(12 + 2 + 32 + 3, 0xff));
}

BOOST_AUTO_TEST_CASE(an_event_without_a_digest_of_a_bank_of_the_header_does_not_extend_it) {
    const LogForm form{.banks = {tpm_alg::sha1, tpm_alg::sha256}, .events = {{4, event_type::ipl, Bytes(3)}}};
    Bytes bytes = make(form);
    const auto digests = bytes.end() - ((2 + 20) + (2 + 32) + 4 + 3);
    bytes.erase(digests, digests + 2 + 20);
    bytes[bytes.size() - ((2 + 32) + 4 + 3 + 4)] = 1;  // Digests.count
    const auto log = parse_event_log(bytes);
    BOOST_REQUIRE(log.has_value());
    const Registers values = replay(*log);
    BOOST_TEST(value(values, Bank::sha1, 4) == std::string(40, '0'));
    BOOST_TEST(value(values, Bank::sha256, 4) != std::string(64, '0'));
}

BOOST_AUTO_TEST_CASE(the_startup_locality_is_where_register_0_begins) {
    const auto begun_at = [](uint8_t locality) {
        return make(LogForm{
            .events = {{.type = event_type::no_action, .data = evidence::startup_locality(locality)}}});
    };
    const Bytes three = begun_at(3);
    BOOST_TEST(value(replay(parse_event_log(three).value()), Bank::sha256, 0) == std::string(62, '0') + "03");
    BOOST_TEST(!parse_event_log(begun_at(1)));
    const Bytes none = make(LogForm{});
    const Registers values = replay(parse_event_log(none).value());
    BOOST_TEST(value(values, Bank::sha256, 0) == std::string(64, '0'));
    BOOST_TEST(value(values, Bank::sha256, 17) == std::string(64, 'f'));
}

BOOST_AUTO_TEST_CASE(
    the_digest_of_a_boot_variable_may_be_of_its_value_and_of_shims_authority_of_one_byte_less) {
    const Bytes variable = evidence::efi_variable("BootOrder", Bytes{1, 2});
    const auto follows = [](const EventForm& form) {
        LogForm log;
        log.events = {form};
        const Bytes bytes = make(log);
        return all_follow(parse_event_log(bytes).value().events.at(0));
    };
    BOOST_TEST(follows({1, event_type::variable_boot, variable, Bytes{1, 2}}));
    BOOST_TEST(follows({1, event_type::variable_boot, variable}));
    BOOST_TEST(!follows({1, event_type::variable_boot, variable, Bytes{1, 3}}));
    BOOST_TEST(!follows({1, event_type::variable_boot2, variable, Bytes{1, 2}}));
    const Bytes shorter(variable.begin(), variable.end() - 1);
    BOOST_TEST(follows({7, event_type::variable_authority, variable, shorter}));
    BOOST_TEST(!follows({7, event_type::variable_driver_config, variable, shorter}));
    BOOST_TEST(follows({7, event_type::variable_driver_config, variable, Bytes{1, 2}}));
    BOOST_TEST(!follows({7, event_type::variable_authority, variable, Bytes{1, 2}}));
}

// Values of the registers as the machines' TPMs had them, from the tests of google/go-eventlog.
BOOST_AUTO_TEST_CASE(logs_of_real_machines_lead_to_the_registers_that_their_tpms_had) {
    if (samples_absent()) return;
    struct Known {
        const char* file;
        Bank bank;
        uint32_t index;
        const char* value;
    };
    const Known known[] = {
        {"debian-10.bin", Bank::sha1, 4, "1eb30816474a3f144e99b24e4ad480b2e51fd9e1"},
        {"debian-10.bin", Bank::sha1, 7, "9e6c57e850f371c2a7fe02bca552149363952318"},
        {"rhel8-uefi.bin", Bank::sha1, 5, "3258daa13f4cccf245c170481c76e2a4602e5a7b"},
        {"rhel8-uefi.bin", Bank::sha256, 0,
         "24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f"},
        {"rhel8-uefi.bin", Bank::sha256, 7,
         "5fd54361d580eb7592adb8deb236ff35444ceeac7148f24b3de63c041f12b3da"},
        {"rhel8-uefi.bin", Bank::sha256, 14,
         "d8f57ebcc1a23cc46832696e1a657f720e1be8f5b405bb7204682114e363b455"},
        {"ubuntu-2104-no-secure-boot.bin", Bank::sha1, 8, "bda59abe1c7d18e0b85edfcb4381f10d4dcc88f7"},
        {"ubuntu-2104-no-secure-boot.bin", Bank::sha256, 4,
         "ebc7ae25d0347868250995c9a8fff16bf79e048453262d0ef2756e213c76181c"},
    };
    for (const Known& one : known) {
        const Bytes bytes = file_bytes(kSamples / "eventlog" / one.file);
        const auto log = parse_event_log(bytes);
        BOOST_REQUIRE(log);
        BOOST_TEST(value(replay(*log), one.bank, one.index) == one.value, one.file << ", " << one.index);
    }
}

BOOST_AUTO_TEST_CASE(logs_of_real_machines_raise_no_alarm) {
    if (samples_absent()) return;
    struct Known {
        const char* file;
        Bank bank;
        bool secure;
        size_t loaders;
    };
    for (const Known& one :
         {Known{"debian-10.bin", Bank::sha1, true, 3}, Known{"rhel8-uefi.bin", Bank::sha384, true, 3},
          Known{"ubuntu-2104-no-secure-boot.bin", Bank::sha256, false, 2}}) {
        BOOST_TEST_CONTEXT(one.file) {
            const Bytes bytes = file_bytes(kSamples / "eventlog" / one.file);
            const auto log = parse_event_log(bytes);
            BOOST_REQUIRE(log);
            for (const LogEvent& found : log->events) BOOST_TEST(all_follow(found), event_name(found.type));
            BOOST_TEST(!separator_fault(*log, firmware_registers(one.bank)));
            BOOST_TEST(secure_boot(*log, one.bank).on == one.secure);
            BOOST_TEST(boot_loaders(*log, one.bank).size() == one.loaders);
            BOOST_TEST(firmware_version(*log, one.bank) == "GCE Virtual Firmware v1");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
