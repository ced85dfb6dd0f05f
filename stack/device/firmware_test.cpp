#include "stack/device/firmware.h"

#include <boost/test/unit_test.hpp>

#include "stack/device/report.h"
#include "stack/spdm/signing.h"

namespace assay::device {

BOOST_AUTO_TEST_SUITE(firmware)

BOOST_AUTO_TEST_CASE(a_signature_covers_name_version_and_image) {
    const crypto::PrivateKey vendor = vendor_key("vendor");
    const Component component = make_firmware(vendor)[0];
    BOOST_TEST(is_genuine(component, vendor.public_key()));
    BOOST_TEST(!is_genuine(component, vendor_key("somebody").public_key()));
    Component edited = component;
    edited.name += "x";
    BOOST_TEST(!is_genuine(edited, vendor.public_key()));
    edited = component;
    ++edited.version;
    BOOST_TEST(!is_genuine(edited, vendor.public_key()));
    edited = component;
    edited.image.push_back(0);
    BOOST_TEST(!is_genuine(edited, vendor.public_key()));
    BOOST_TEST(is_genuine(signed_component(edited, vendor), vendor.public_key()));
}

BOOST_AUTO_TEST_CASE(versions_differ_in_what_is_measured_and_a_liar_does_not) {
    const crypto::PrivateKey vendor = vendor_key("vendor");
    const Component now = make_firmware(vendor, 2)[1];
    BOOST_TEST((now.measured() != make_firmware(vendor, 1)[1].measured()));
    Component impostor = now;
    impostor.image = Bytes(3, 9);
    BOOST_TEST((impostor.measured() != now.measured()));
    impostor.claims = now.image;
    BOOST_TEST((impostor.measured() == now.measured()));
}

BOOST_AUTO_TEST_CASE(a_chain_leads_from_the_fuses_to_the_vendors_root) {
    const auto firmware = make_firmware(vendor_key("vendor"));
    const DeviceIdentity made = make_identity("vendor", Bytes(48, 1)),
                         other = make_identity("vendor", Bytes(48, 2));
    const Bytes certificates = made.booted(firmware).certificates;
    auto chain = crypto::parse_certificates(certificates).value();
    const crypto::ChainPolicy policy{.roots = {made.root},
                                     .time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    BOOST_TEST(crypto::chain_violations(chain, policy).empty());
    BOOST_TEST(equal(chain.back().public_key().spki(), device_key(Bytes(48, 1)).public_key().spki()));
    BOOST_TEST(equal(made.root.der(), other.root.der()));
    BOOST_TEST((certificates != other.booted(firmware).certificates));
    BOOST_TEST(!equal(made.root.der(), make_identity("another", Bytes(48, 1)).root.der()));
}

BOOST_AUTO_TEST_CASE(the_leaf_certificate_names_the_firmware_that_booted) {
    const DeviceIdentity made = make_identity("vendor", Bytes(48, 1));
    const auto names = [&](const std::vector<Component>& certified, const std::vector<Component>& running) {
        const Bytes certificates = made.booted(certified).certificates, fwid = fwid_of(running);
        return !std::ranges::search(certificates, fwid).empty();
    };
    const auto now = make_firmware(vendor_key("vendor"), 2), old = make_firmware(vendor_key("vendor"), 1);
    BOOST_TEST(names(now, now));
    BOOST_TEST(names(old, old));
    BOOST_TEST(!names(now, old));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
