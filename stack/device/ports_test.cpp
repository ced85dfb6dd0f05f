#include "stack/device/ports.h"

#include <boost/test/unit_test.hpp>

#include "stack/device/test_support.h"

namespace assay::device {

namespace {

const Bytes kSecret = to_bytes(as_bytes("words of a tenant"));

// With something in protected memory.
struct Filled : Powered {
    explicit Filled(Mode mode, FaultConfig faults = {}) : Powered(test_gpu(mode, faults)) {
        MemoryInterposer(gpu).write(100, kSecret);
    }
    Checked<Bytes> secret(Checked<Bytes> read) const {
        if (read) BOOST_TEST((*read == kSecret));
        return read;
    }
};

// What a port does in the modes off, devtools, apm and cc.
struct Row {
    std::string_view what;
    std::string_view off, devtools, apm, cc;
    std::function<std::string_view(Filled&)> attempt;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> kRows = {
        {"BAR read", "done", "done", "remap_protected", "remap_protected",
         [](Filled& it) { return outcome(it.secret(BarPort(it.gpu).read(100, kSecret.size()))); }},
        {"BAR write", "done", "done", "remap_protected", "remap_protected",
         [](Filled& it) { return outcome(BarPort(it.gpu).write(100, Bytes(3))); }},
        {"peer read", "done", "done", "peer_protected", "peer_protected",
         [](Filled& it) { return outcome(it.secret(BarPort(it.gpu).peer_read(100, kSecret.size()))); }},
        {"management read", "done", "done", "done", "management_read",
         [](Filled& it) { return outcome(it.secret(ManagementPort(it.gpu).read(100, kSecret.size()))); }},
        {"management write", "done", "done", "done", "management_write",
         [](Filled& it) { return outcome(ManagementPort(it.gpu).write(100, Bytes(3))); }},
        {"load", "done", "done", "done", "telemetry",
         [](Filled& it) { return outcome(ManagementPort(it.gpu).load()); }},
        {"component", "done", "done", "done", "firmware_live",
         [](Filled& it) {
             return outcome(ManagementPort(it.gpu).replace({.name = "copy engine", .image = {}}));
         }},
        {"counters", "done", "done", "counters", "counters",
         [](Filled& it) { return outcome(CounterPort(it.gpu).read()); }},
        {"second tenant", "done", "done", "tenant_single", "done",
         [](Filled& it) { return outcome(TenantPort::attach(it.gpu, 2)); }},
    };
    return kRows;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ports)

BOOST_AUTO_TEST_CASE(each_port_does_in_each_mode_what_the_mode_lets_it_do) {
    for (const Row& row : rows()) {
        Filled off(Mode::off), devtools(Mode::devtools), apm(Mode::apm), cc(Mode::cc);
        BOOST_TEST(row.attempt(off) == row.off, row.what);
        BOOST_TEST(row.attempt(devtools) == row.devtools, row.what);
        BOOST_TEST(row.attempt(apm) == row.apm, row.what);
        BOOST_TEST(row.attempt(cc) == row.cc, row.what);
    }
}

BOOST_AUTO_TEST_CASE(a_port_whose_check_is_waived_does_it_in_every_mode) {
    for (const Row& row : rows()) {
        for (Mode mode : {Mode::apm, Mode::cc}) {
            auto check = check_from_name(mode == Mode::apm ? row.apm : row.cc);
            if (!check) continue;
            Filled waived(mode, waiving(*check));
            BOOST_TEST(row.attempt(waived) == "done", row.what);
        }
    }
}

BOOST_AUTO_TEST_CASE(unprotected_memory_is_open_and_what_is_not_there_is_not_given) {
    Filled cc(Mode::cc);
    const uint64_t open = cc.gpu.inside().memory.protected_size();
    BOOST_TEST(outcome(BarPort(cc.gpu).write(open, kSecret)) == "done");
    BOOST_TEST((BarPort(cc.gpu).read(open, kSecret.size()).value() == kSecret));
    BOOST_TEST(outcome(BarPort(cc.gpu).read(open - 1, 2)) == "remap_protected");
    BOOST_TEST(outcome(BarPort(cc.gpu).read(cc.gpu.inside().memory.size(), 1)) == "cannot");
    BOOST_TEST(outcome(BarPort(cc.gpu).read(UINT64_MAX, 2)) == "cannot");
    BOOST_TEST(outcome(ManagementPort(cc.gpu).replace({.name = "none", .image = {}})) == "firmware_live");
    Filled apm(Mode::apm);
    BOOST_TEST(outcome(ManagementPort(apm.gpu).replace({.name = "none", .image = {}})) == "cannot");
    BOOST_TEST(MemoryInterposer(cc.gpu).read(UINT64_MAX, 2).empty());
}

BOOST_AUTO_TEST_CASE(a_second_tenant_sees_evictions_where_lines_are_shared) {
    Filled off(Mode::off);
    auto spy = TenantPort::attach(off.gpu, 2).value();
    spy.prime();
    BOOST_TEST(spy.probe().value().empty());
    off.gpu.inside().cache.touch(kTenant, 5, false);
    BOOST_TEST((spy.probe().value() == std::vector<uint8_t>{5}));
    BOOST_TEST(outcome(spy.read(100, 3)) == "tenant_memory");
    Filled cc(Mode::cc);
    auto shut = TenantPort::attach(cc.gpu, 2).value();
    shut.prime();
    BOOST_TEST(outcome(shut.probe()) == "cache_partition");
}

BOOST_AUTO_TEST_CASE(traces_show_a_key_that_is_not_masked) {
    Filled apm(Mode::apm), cc(Mode::cc), waived(Mode::cc, waiving(Check::key_masking));
    SeededRandom random(1);
    const Bytes fuses(48, 7);
    BOOST_TEST((SideChannelPort(apm.gpu, random).device_key_trace() == fuses));
    BOOST_TEST((SideChannelPort(waived.gpu, random).device_key_trace() == fuses));
    SideChannelPort masked(cc.gpu, random);
    BOOST_TEST((masked.device_key_trace() != fuses));
    BOOST_TEST((masked.device_key_trace() != masked.device_key_trace()));
    BOOST_TEST(masked.session_key_trace().empty());
    BOOST_REQUIRE(cc.establish());
    BOOST_TEST(masked.session_key_trace().size() == transfer::kExportSecretSize);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
