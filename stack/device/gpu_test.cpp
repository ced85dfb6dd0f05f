#include "stack/device/gpu.h"

#include <boost/test/unit_test.hpp>

#include "stack/device/test_support.h"

namespace assay::device {

namespace {

const Bytes kInput = to_bytes(as_bytes("a tenant's words"));
const Bytes kCode = {'x', 1};
const Launch kLaunch{.code = 1024, .code_size = 2, .input = 0, .output = 2048, .size = 16};

Bytes memory(Gpu& gpu, uint64_t address, size_t size) { return MemoryInterposer(gpu).read(address, size); }

}  // namespace

BOOST_AUTO_TEST_SUITE(gpu)

BOOST_AUTO_TEST_CASE(a_session_opens_a_path_that_works_once_it_is_ready) {
    for (Mode mode : {Mode::devtools, Mode::apm, Mode::cc}) {
        Powered machine(test_gpu(mode));
        BOOST_TEST(machine.on == "done");
        BOOST_TEST(!machine.gpu.has_path());
        BOOST_TEST(!machine.bus.inject(Bytes(50)));
        BOOST_REQUIRE(machine.make_ready());
        BOOST_TEST(machine.write(0, kInput));
        BOOST_TEST(machine.write(1024, kCode, transfer::Traffic::code));
        BOOST_TEST(machine.launch(kLaunch));
        Bytes expected = kInput;
        for (uint8_t& byte : expected) byte ^= 1;
        BOOST_TEST((memory(machine.gpu, 2048, 16) == expected));
    }
}

BOOST_AUTO_TEST_CASE(work_before_ready_is_refused) {
    Powered machine;
    BOOST_REQUIRE(machine.establish());
    BOOST_REQUIRE(machine.path->set_ready());
    BOOST_TEST(!machine.write(0, kInput));
    BOOST_TEST(machine.gpu.last_check() == "not_ready", machine.gpu.last_refusal());
}

BOOST_AUTO_TEST_CASE(a_reset_scrubs_and_ends_everything) {
    for (bool scrubs : {true, false}) {
        Powered machine(test_gpu(Mode::cc, scrubs ? FaultConfig{} : waiving(Check::reset_scrub)));
        BOOST_REQUIRE(machine.make_ready());
        BOOST_TEST(machine.write(0, kInput));
        BOOST_TEST(outcome(machine.gpu.request_mode(Mode::off)) == "done");
        BOOST_TEST((machine.gpu.mode() == Mode::cc));
        BOOST_TEST(outcome(machine.gpu.reset()) == "done");
        BOOST_TEST((machine.gpu.mode() == Mode::off));
        BOOST_TEST(!machine.gpu.has_path());
        BOOST_TEST(machine.gpu.session_secret().empty());
        BOOST_TEST((memory(machine.gpu, 0, 16) == (scrubs ? Bytes(16) : kInput)));
        BOOST_TEST(!machine.write(0, kInput));
        bool secured = false;
        BOOST_TEST(!machine.bus.exchange(Bytes{0x10, 0x84, 0, 0}, secured).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_mode_changes_with_a_reset_only_and_only_where_it_is_built_in) {
    Powered machine;
    BOOST_TEST(outcome(machine.gpu.convert(Mode::off)) == "mode_change_live");
    BOOST_TEST((machine.gpu.mode() == Mode::cc));
    GpuConfig plain = test_gpu(Mode::off);
    plain.capable = false;
    Powered other(plain);
    BOOST_TEST(other.on == "done");
    for (Mode mode : {Mode::apm, Mode::cc}) {
        BOOST_TEST(outcome(other.gpu.request_mode(mode)) == "mode_supported");
    }
    plain.mode = Mode::cc;
    Powered pretender(plain);
    BOOST_TEST(pretender.on == "mode_supported");
    BOOST_TEST(!pretender.gpu.running());
}

BOOST_AUTO_TEST_CASE(firmware_that_the_vendor_did_not_sign_does_not_boot) {
    GpuConfig spoofed = test_gpu();
    spoofed.firmware[1].image.push_back(1);
    Powered machine(spoofed);
    BOOST_TEST(machine.on == "firmware_signature");
    BOOST_TEST(!machine.gpu.registers().running);
    bool secured = false;
    BOOST_TEST(!machine.bus.exchange(Bytes{0x10, 0x84, 0, 0}, secured).has_value());
    spoofed.faults = waiving(Check::firmware_signature);
    BOOST_TEST(Powered(spoofed).on == "done");
    Powered flashed;
    flashed.gpu.flash(spoofed.firmware);
    BOOST_TEST(flashed.gpu.running());
    BOOST_TEST(outcome(flashed.gpu.reset()) == "firmware_signature");
    BOOST_TEST(!flashed.gpu.running());
}

BOOST_AUTO_TEST_CASE(a_gpu_that_hears_nothing_closes_the_path) {
    Powered machine;
    BOOST_REQUIRE(machine.make_ready());
    machine.clock.advance(std::chrono::seconds(7));
    machine.gpu.tick();
    BOOST_TEST(machine.gpu.has_path());
    machine.clock.advance(std::chrono::seconds(1));
    machine.gpu.tick();
    BOOST_TEST(!machine.gpu.has_path());
    BOOST_TEST(machine.gpu.path()->keys_are_gone());
    BOOST_TEST(machine.gpu.last_check() == "heartbeat");
}

BOOST_AUTO_TEST_CASE(a_launch_stays_in_protected_memory_and_within_its_limits) {
    Powered machine;
    BOOST_REQUIRE(machine.make_ready());
    Launch outside = kLaunch;
    outside.output = machine.gpu.inside().memory.protected_size() - 1;
    BOOST_TEST(!machine.launch(outside));
    BOOST_TEST(machine.gpu.last_refusal().contains("protected memory"));
    Launch endless = kLaunch;
    endless.code_size = endless.size = 8192;
    endless.output = 16384;
    BOOST_TEST(!machine.launch(endless));
    BOOST_TEST(machine.gpu.last_refusal().contains("than there is time for"));
    Bytes storm(64);
    for (size_t i = 0; i < storm.size(); i += 2) storm[i] = '!';
    BOOST_TEST(machine.write(1024, storm, transfer::Traffic::code));
    Launch raising = kLaunch;
    raising.code_size = 64;
    BOOST_TEST(!machine.launch(raising));
    BOOST_TEST(machine.gpu.last_check() == "interrupt_limit");
    BOOST_TEST(machine.gpu.inside().interrupts == kInterruptLimit);
    BOOST_TEST(machine.write(1024, Bytes{'d', 0}, transfer::Traffic::code));
    BOOST_TEST(!machine.launch(kLaunch));
    BOOST_TEST(machine.gpu.last_check() == "dma_window");
    BOOST_TEST(std::ranges::all_of(machine.bus.host(), [](uint8_t byte) { return byte == 0; }));
}

BOOST_AUTO_TEST_CASE(methods_that_no_engine_has_are_refused) {
    Powered machine;
    BOOST_REQUIRE(machine.make_ready());
    const std::vector<transfer::Method> methods = {{0x9999, 1}};
    BOOST_TEST(!machine.bus.inject(machine.path->submit(methods).value()));
    BOOST_TEST(!machine.gpu.control(machine.path->send_rpc(as_bytes("steady")).value()));
    BOOST_TEST(machine.gpu.last_refusal().contains("no such call"));
}

BOOST_AUTO_TEST_CASE(a_tap_sees_and_changes_what_passes_and_a_stalled_bus_lets_nothing_pass) {
    struct Watcher final : Tap {
        void on_message(Direction, Bytes&) override { ++messages; }
        void on_control(Bytes&) override { ++messages; }
        void on_submission(Bytes&, std::span<uint8_t>) override { ++submissions; }
        void on_completion(std::span<uint8_t>) override { ++completions; }
        void on_registers(Registers& registers) override { registers.capable = false; }
        int messages = 0, submissions = 0, completions = 0;
    } watcher;
    Powered machine;
    machine.bus.set_tap(&watcher);
    BOOST_REQUIRE(machine.make_ready());
    BOOST_TEST(watcher.messages > 10);
    BOOST_TEST(!machine.bus.registers().capable);
    BOOST_TEST(machine.write(0, kInput));
    BOOST_TEST(watcher.submissions == 1);
    BOOST_TEST(watcher.completions == 1);
    machine.bus.set_stalled(true);
    BOOST_TEST(!machine.write(0, kInput));
    BOOST_TEST(watcher.submissions == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
