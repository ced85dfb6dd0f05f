#include "stack/guest/guest.h"

#include <boost/test/unit_test.hpp>

#include "stack/guest/test_support.h"

namespace assay::guest {

BOOST_AUTO_TEST_SUITE(guest_suite)

BOOST_AUTO_TEST_CASE(a_machine_boots_copies_launches_and_shuts_down_in_both_modes) {
    for (device::Mode mode : {device::Mode::apm, device::Mode::cc}) {
        Machine machine({.mode = mode});
        BOOST_REQUIRE(!machine.boot());
        BOOST_TEST((machine.guest.stage() == Stage::ready));
        BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "done");
        BOOST_TEST(outcome(machine.guest.load_code(1024, kCode)) == "done");
        BOOST_TEST(outcome(machine.guest.launch(kLaunch)) == "done");
        auto output = machine.guest.copy_to_cpu(kLaunch.output, kInput.size());
        BOOST_REQUIRE(output.has_value());
        for (size_t i = 0; i < kInput.size(); ++i) BOOST_TEST((*output)[i] == ((kInput[i] ^ 0x21) + 1));
        BOOST_TEST(outcome(machine.guest.rotate_keys()) == "done");
        BOOST_TEST((machine.guest.copy_to_cpu(0, kInput.size()).value() == kInput));
        machine.guest.shut_down();
        BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "closed");
        BOOST_TEST(machine.guest.keys_are_gone());
        BOOST_TEST(!machine.gpu.has_path());
    }
}

BOOST_AUTO_TEST_CASE(cuda_stays_shut_until_evidence_was_accepted) {
    Machine machine;
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "gate");
    BOOST_REQUIRE(machine.guest.attach(machine.bus));
    auto refused = machine.guest.copy_to_gpu(0, kInput);
    BOOST_TEST(outcome(refused) == "gate");
    BOOST_TEST(name(refused.error().cuda()) == "cudaErrorSystemNotReady");
    BOOST_TEST(static_cast<int>(refused.error().cuda()) == 802);
    BOOST_TEST(outcome(machine.guest.launch(kLaunch)) == "gate");
    BOOST_TEST(outcome(machine.guest.copy_to_cpu(0, 1)) == "gate");
    BOOST_TEST(!machine.gpu.path()->ready());
    BOOST_TEST(outcome(machine.guest.attest()) == "done");
    BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "done");
}

BOOST_AUTO_TEST_CASE(there_is_one_gpu_and_nobody_else_reaches_its_memory) {
    Machine machine, other;
    BOOST_REQUIRE(!machine.boot());
    BOOST_REQUIRE(other.bus.power_on());
    BOOST_TEST(outcome(machine.guest.attach(other.bus)) == "gpu_single");
    auto registered = machine.guest.host_register(kInput);
    BOOST_TEST(outcome(registered) == "host_register");
    BOOST_TEST(name(registered.error().cuda()) == "cudaErrorNotSupported");
    auto peer = machine.guest.enable_peer_access();
    BOOST_TEST(outcome(peer) == "peer_access");
    BOOST_TEST(name(peer.error().cuda()) == "cudaErrorPeerAccessUnsupported");
    BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "done");
}

BOOST_AUTO_TEST_CASE(a_gpu_that_is_not_what_was_asked_for_is_reported_and_nothing_runs) {
    struct Row {
        std::string_view check;
        std::function<void(device::GpuConfig&)> change;
    };
    const Row rows[] = {
        {"gpu_capable",
         [](auto& gpu) {
             gpu.capable = false;
             gpu.mode = device::Mode::off;
         }},
        {"gpu_mode", [](auto& gpu) { gpu.mode = device::Mode::off; }},
        {"gpu_mode", [](auto& gpu) { gpu.mode = device::Mode::devtools; }},
        {"gpu_mode", [](auto& gpu) { gpu.mode = device::Mode::apm; }},
        {"session", [](auto& gpu) { gpu.identity = device::make_identity("another vendor", gpu.fuses); }},
        {"evidence", [](auto& gpu) { gpu.firmware = device::make_firmware(device::vendor_key(kVendor), 1); }},
    };
    for (const Row& row : rows) {
        Machine machine({.change_gpu = row.change});
        BOOST_REQUIRE(machine.bus.power_on());
        auto booted = machine.guest.boot(machine.bus);
        BOOST_TEST(outcome(booted) == row.check);
        BOOST_TEST((machine.guest.stage() == Stage::closed));
        BOOST_TEST(machine.guest.keys_are_gone());
        BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "closed");
        BOOST_TEST(outcome(machine.guest.attest()) == "closed");
        BOOST_TEST(machine.guest.failure()->text().starts_with(row.check));
    }
    Machine dark;
    BOOST_TEST(outcome(dark.guest.boot(dark.bus)) == "gpu_running");
}

// The hypervisor can change the registers, but not the measurement of the mode.
BOOST_AUTO_TEST_CASE(a_lie_about_the_mode_ends_at_the_verifier) {
    struct RegisterFault final : device::Tap {
        void on_registers(device::Registers& registers) override { registers.mode = device::Mode::cc; }
    } fault;
    Machine machine({.change_gpu = [](auto& gpu) { gpu.mode = device::Mode::devtools; }});
    machine.bus.set_tap(&fault);
    BOOST_REQUIRE(machine.bus.power_on());
    auto booted = machine.guest.boot(machine.bus);
    BOOST_REQUIRE(!booted);
    BOOST_TEST(booted.error().text().contains("measurement_match"), booted.error().text());
}

BOOST_AUTO_TEST_CASE(spoofed_firmware_ends_at_the_verifier_before_a_tenants_byte_moves) {
    const crypto::PrivateKey vendor = device::vendor_key(kVendor),
                             stranger = device::vendor_key("a stranger");
    const auto change = [](device::GpuConfig& gpu, size_t which, const crypto::PrivateKey& signer) {
        device::Component& component = gpu.firmware[which];
        component.image = to_bytes(as_bytes("an image of the attacker's"));
        component = device::signed_component(component, signer);
    };
    struct Row {
        std::string_view check;  // of the verifier
        std::function<void(device::GpuConfig&)> change;
    };
    const Row rows[] = {
        {"measurement_match", [&](auto& gpu) { change(gpu, 2, vendor); }},
        {"measurement_match", [&](auto& gpu) { change(gpu, 0, vendor); }},
        {"rim_version", [&](auto& gpu) { gpu.firmware = device::make_firmware(vendor, 1); }},
        {"measurement_present", [](auto& gpu) { gpu.firmware.pop_back(); }},
        // Of a GPU whose check of firmware signatures is waived.
        {"measurement_match",
         [&](auto& gpu) {
             change(gpu, 1, stranger);
             gpu.faults.waive(device::Check::firmware_signature);
         }},
    };
    struct Watch final : device::Tap {
        void on_submission(Bytes&, std::span<uint8_t>) override { ++submissions; }
        int submissions = 0;
    };
    for (const Row& row : rows) {
        Watch watch;
        Machine machine({.change_gpu = row.change});
        machine.bus.set_tap(&watch);
        const auto refusal = machine.boot();
        BOOST_REQUIRE(refusal);
        BOOST_TEST(refusal->check == "evidence", refusal->text);
        BOOST_TEST(refusal->text.contains(row.check), refusal->text);
        BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "closed");
        BOOST_TEST(watch.submissions == 0);
        BOOST_TEST(machine.guest.keys_are_gone());
    }
}

BOOST_AUTO_TEST_CASE(a_judgement_for_another_nonce_opens_nothing) {
    struct Stale final : Verifier {
        VerifierResult judge(const Evidence&, const wire::Nonce&) override { return {.accepted = true}; }
    } stale;
    Machine machine;
    GuestConfig config{.roots = {device::make_identity(kVendor, fuses_of(0)).root}, .time = kToday};
    Guest guest(config, stale, machine.random);
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(guest.boot(machine.bus)) == "evidence_nonce");
    BOOST_TEST(guest.keys_are_gone());
}

BOOST_AUTO_TEST_CASE(evidence_that_is_refused_later_closes_what_was_open) {
    Machine machine;
    struct Fickle final : Verifier {
        VerifierResult judge(const Evidence&, const wire::Nonce& nonce) override {
            return {.accepted = ++asked == 1, .nonce = nonce, .reason = "revoked"};
        }
        int asked = 0;
    } fickle;
    GuestConfig config{.roots = {device::make_identity(kVendor, fuses_of(0)).root}, .time = kToday};
    Guest guest(config, fickle, machine.random);
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(guest.boot(machine.bus)) == "done");
    BOOST_TEST(outcome(guest.attest()) == "evidence");
    BOOST_TEST(outcome(guest.copy_to_gpu(0, kInput)) == "closed");
    BOOST_TEST(guest.keys_are_gone());
}

BOOST_AUTO_TEST_CASE(a_lost_heartbeat_closes_both_ends) {
    Machine machine;
    BOOST_REQUIRE(!machine.boot());
    BOOST_TEST(machine.guest.heartbeat_period() == 4);
    for (int i = 0; i < 5; ++i) {
        machine.clock.advance(std::chrono::seconds(4));
        machine.gpu.tick();
        BOOST_TEST(outcome(machine.guest.tick()) == "done");
    }
    machine.bus.set_stalled(true);
    machine.clock.advance(std::chrono::seconds(8));
    machine.gpu.tick();
    BOOST_TEST(!machine.gpu.has_path());
    BOOST_TEST(machine.gpu.path()->keys_are_gone());
    BOOST_TEST(machine.gpu.last_check() == "heartbeat");
    BOOST_TEST(outcome(machine.guest.tick()) == "heartbeat");
    BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "closed");
    BOOST_TEST(machine.guest.keys_are_gone());
}

BOOST_AUTO_TEST_CASE(keys_that_have_done_their_work_are_rotated_with_the_heartbeat) {
    Machine machine;
    GuestConfig config{.roots = {device::make_identity(kVendor, fuses_of(0)).root}, .time = kToday};
    config.thresholds = {.lower = 20, .upper = 400};
    Guest guest(config, machine.verifier, machine.random);
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(guest.boot(machine.bus)) == "done");
    BOOST_TEST(outcome(guest.copy_to_gpu(0, Bytes(1000, 1))) == "done");
    BOOST_TEST(guest.path()->data_channel(0).to_gpu_keys->version() == 0U);
    for (int i = 0; i < 10; ++i) BOOST_TEST(outcome(guest.tick()) == "done");
    BOOST_TEST(guest.path()->data_channel(0).to_gpu_keys->version() == 1U);
    BOOST_TEST(guest.path()->data_channel(1).to_gpu_keys->version() == 0U);
    BOOST_TEST(outcome(guest.copy_to_gpu(0, Bytes(1000, 1))) == "done");
}

BOOST_AUTO_TEST_CASE(a_gpu_that_counts_a_key_s_work_too_goes_on_with_the_new_key) {
    constexpr transfer::Thresholds kLow{.lower = 20, .upper = 400};
    Machine machine({.change_gpu = [&](device::GpuConfig& gpu) { gpu.thresholds = kLow; }});
    GuestConfig config{
        .roots = {device::make_identity(kVendor, fuses_of(0)).root}, .time = kToday, .thresholds = kLow};
    Guest guest(config, machine.verifier, machine.random);
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(guest.boot(machine.bus)) == "done");
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(outcome(guest.copy_to_gpu(0, Bytes(1000, 1))) == "done");
        for (int i = 0; i < 10; ++i) {
            machine.clock.advance(std::chrono::seconds(1));
            machine.gpu.tick();
            BOOST_TEST(outcome(guest.tick()) == "done");
        }
        auto& rotation = machine.gpu.path()->data_channel(0).rotation;
        BOOST_TEST((rotation.status() == transfer::RotationStatus::idle));
        BOOST_TEST(outcome(guest.copy_to_cpu(0, 100)) == "done");
    }
}

BOOST_AUTO_TEST_CASE(a_key_that_has_done_too_much_ends_the_path) {
    Machine machine;
    GuestConfig config{.roots = {device::make_identity(kVendor, fuses_of(0)).root}, .time = kToday};
    config.thresholds = {.lower = 20, .upper = 40};
    Guest guest(config, machine.verifier, machine.random);
    BOOST_REQUIRE(machine.bus.power_on());
    BOOST_TEST(outcome(guest.boot(machine.bus)) == "done");
    BOOST_TEST(outcome(guest.copy_to_gpu(0, Bytes(4000, 1))) == "done");
    auto copied = guest.copy_to_gpu(0, Bytes(1, 1));
    BOOST_TEST(outcome(copied) == "path");
    BOOST_TEST(copied.error().cause.starts_with("key_threshold"));
    BOOST_TEST(guest.keys_are_gone());
}

BOOST_AUTO_TEST_CASE(a_path_that_fails_closes_everything_and_leaves_no_key) {
    struct Flip final : device::Tap {
        void on_submission(Bytes&, std::span<uint8_t> shared) override { shared[transfer::kStagingAt] ^= 1; }
    } flip;
    Machine machine;
    BOOST_REQUIRE(!machine.boot());
    machine.bus.set_tap(&flip);
    BOOST_TEST(outcome(machine.guest.copy_to_gpu(0, kInput)) == "path");
    BOOST_TEST(machine.gpu.last_check() == "block_tag");
    BOOST_TEST(machine.guest.keys_are_gone());
    BOOST_TEST(machine.gpu.path()->keys_are_gone());
    BOOST_TEST(outcome(machine.guest.tick()) == "closed");
}

BOOST_AUTO_TEST_CASE(what_was_judged_is_what_the_gpu_signed_for_this_nonce) {
    Machine machine;
    BOOST_REQUIRE(!machine.boot());
    Evidence evidence = machine.guest.evidence();
    auto request = wire::Nonce{};
    std::ranges::copy(ByteView(evidence.request).subspan(4, 32), request.begin());
    BOOST_TEST(machine.verifier.judge(evidence, request).accepted);
    wire::Nonce other = request;
    other[0] ^= 1;
    BOOST_TEST(machine.verifier.judge(evidence, other).reason.contains("report_nonce"));
    Evidence edited = evidence;
    edited.response[20] ^= 1;
    BOOST_TEST(machine.verifier.judge(edited, request).reason.contains("report_signature"));
    edited = evidence;
    edited.response.pop_back();
    BOOST_TEST(machine.verifier.judge(edited, request).reason.contains("report_form"));
    edited = evidence;
    const auto stranger = device::make_identity("another vendor", fuses_of(9));
    edited.certificates = stranger.booted(device::make_firmware(device::vendor_key(kVendor))).certificates;
    BOOST_TEST(machine.verifier.judge(edited, request).reason.contains("cert_root_pinned"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::guest
