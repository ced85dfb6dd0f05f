#include "stack/attest/boot_state.h"

#include "stack/attest/event_replay.h"
#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;
using evidence::EventForm;
using LogForm = evidence::EventLogForm;

constexpr uint32_t kHandoffTables = 0x80000009, kDriver = 0x80000004;

Bytes text(std::string_view value) { return to_bytes(as_bytes(value)); }

std::set<Register> of_bank(Bank bank, std::set<uint32_t> indexes = {0, 1, 2, 3, 4, 5, 6, 7}) {
    std::set<Register> registers;
    for (const uint32_t index : indexes) registers.insert({bank, index});
    return registers;
}

// What is said of the separators of a log; empty when nothing is wrong.
std::string fault(const LogForm& form, const std::set<Register>& registers = of_bank(Bank::sha256)) {
    const Bytes bytes = make(form);
    const auto found = separator_fault(parse_event_log(bytes).value(), registers);
    return found ? found->reason : "";
}

std::string fault_with_last(EventForm event) {
    LogForm form = genuine_log();
    form.events.push_back(std::move(event));
    return fault(form);
}

std::string fault_with_first(EventForm event) {
    LogForm form = genuine_log();
    form.events.insert(form.events.begin(), std::move(event));
    return fault(form);
}

LogForm without_separators_but(uint32_t index) {
    LogForm form = genuine_log();
    std::erase_if(form.events, [&](const EventForm& one) {
        return one.type == event_type::separator && one.index != index;
    });
    return form;
}

size_t loaders_with(EventForm event) {
    LogForm form = genuine_log();
    form.events.push_back(std::move(event));
    const Bytes bytes = make(form);
    return boot_loaders(parse_event_log(bytes).value(), Bank::sha256).size();
}

std::string version(const LogForm& form) {
    const Bytes bytes = make(form);
    return firmware_version(parse_event_log(bytes).value(), Bank::sha256);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(boot_state_suite)

BOOST_AUTO_TEST_CASE(what_real_firmware_measures_after_a_separator_may_follow) {
    const Bytes order = evidence::efi_variable("BootOrder", Bytes{1, 0, 0, 0});
    BOOST_TEST(fault_with_last({1, event_type::variable_boot, order}) == "");
    BOOST_TEST(fault_with_last({1, kHandoffTables, Bytes(16)}) == "");
    BOOST_TEST(fault_with_last({2, kDriver, Bytes(32), text("an option ROM")}) == "");
    BOOST_TEST(
        fault_with_last({7, event_type::variable_authority, evidence::efi_variable("SbatLevel", {})}) == "");
}

BOOST_AUTO_TEST_CASE(what_an_attack_would_measure_after_a_separator_is_refused) {
    const Bytes secure = evidence::efi_variable("SecureBoot", Bytes{1});
    BOOST_TEST(fault_with_last({0, event_type::platform_firmware_blob, Bytes(16), Bytes{9}}) ==
               "register 0: EV_EFI_PLATFORM_FIRMWARE_BLOB after the separator");
    BOOST_TEST(fault_with_last({0, event_type::crtm_version, text("v2")}) ==
               "register 0: EV_S_CRTM_VERSION after the separator");
    BOOST_TEST(fault_with_last({2, event_type::ipl, text("a loader")}) ==
               "register 2: EV_IPL after the separator");
    BOOST_TEST(fault_with_last({7, event_type::variable_driver_config, secure}) ==
               "register 7: EV_EFI_VARIABLE_DRIVER_CONFIG after the separator");
}

BOOST_AUTO_TEST_CASE(four_bytes_of_a_separator_are_one_only_where_nothing_else_has_four) {
    const Bytes order = evidence::efi_variable("BootOrder", Bytes{1, 0, 0, 0});
    for (const Bytes& measured : {Bytes(4), Bytes(4, 0xff), Bytes{1, 0, 0, 0}}) {
        BOOST_TEST(fault_with_first({0, event_type::crtm_contents, text("a table"), measured}) == "");
        BOOST_TEST(fault_with_first({1, event_type::variable_boot, order, measured}) == "");
        BOOST_TEST(fault_with_first({4, event_type::ipl, text("words"), measured}) ==
                   "register 4: a separator that says it is EV_IPL");
        BOOST_TEST(fault_with_first({7, event_type::ipl, text("words"), measured}) ==
                   "register 7: a separator that says it is EV_IPL");
    }
}

BOOST_AUTO_TEST_CASE(a_separator_of_an_error_is_refused_in_every_register) {
    for (uint32_t index = 0; index < kSeparatorRegisters; ++index) {
        LogForm form = genuine_log();
        for (EventForm& one : form.events)
            if (one.type == event_type::separator && one.index == index) one.data = Bytes{1, 0, 0, 0};
        BOOST_TEST(fault(form).contains("a separator of an error"), index);
    }
}

BOOST_AUTO_TEST_CASE(firmware_may_separate_register_7_alone_and_no_other_register_alone) {
    BOOST_TEST(fault(without_separators_but(7)) == "");
    BOOST_TEST(fault(without_separators_but(0)).contains("no separator"));
    BOOST_TEST(fault(without_separators_but(8)) == "register 7: no separator");
}

BOOST_AUTO_TEST_CASE(the_rules_hold_of_the_registers_that_are_asked_about_in_whatever_bank) {
    LogForm form = genuine_log();
    form.banks = {tpm_alg::sha1, tpm_alg::sha384};
    form.events.push_back({7, event_type::separator, Bytes(4)});
    BOOST_TEST(fault(form, of_bank(Bank::sha384)) == "register 7: a second separator");
    BOOST_TEST(fault(form, of_bank(Bank::sha1)) == "register 7: a second separator");
    BOOST_TEST(fault(form, of_bank(Bank::sha1, {0, 1, 4})) == "");
    BOOST_TEST(fault(form, {}) == "");
}

BOOST_AUTO_TEST_CASE(whatever_could_be_a_program_is_a_boot_loader) {
    const size_t genuine = loaders_with({4, event_type::efi_action, text("Returning from EFI Application")});
    BOOST_TEST(genuine == 2U);
    BOOST_TEST(loaders_with({4, event_type::efi_action, Bytes{'M', 'Z', 0}}) == genuine + 1);
    BOOST_TEST(loaders_with({4, event_type::efi_action, text("words"), text("a program")}) == genuine + 1);
    BOOST_TEST(loaders_with({4, event_type::ipl, text("words")}) == genuine + 1);
    BOOST_TEST(loaders_with({4, kDriver, Bytes(32), text("a program")}) == genuine + 1);
    BOOST_TEST(loaders_with({5, event_type::ipl, text("words")}) == genuine);
}

BOOST_AUTO_TEST_CASE(the_firmwares_version_is_said_only_as_it_was_measured) {
    LogForm form = genuine_log();
    BOOST_TEST(version(form) == evidence::BootOptions{}.firmware);
    form.events.front().digest_of = text("something else");
    BOOST_TEST(version(form) == "");
    form.events.erase(form.events.begin());
    form.events.push_back({0, event_type::crtm_version, Bytes{'2', 0}});
    BOOST_TEST(version(form) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
