#include "stack/device/firmware.h"

#include <boost/test/unit_test.hpp>

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
    Component liar = now;
    liar.image = Bytes(3, 9);
    BOOST_TEST((liar.measured() != now.measured()));
    liar.claims = now.image;
    BOOST_TEST((liar.measured() == now.measured()));
}

BOOST_AUTO_TEST_CASE(a_chain_leads_from_the_fuses_to_the_vendors_root) {
    const DeviceIdentity made = make_identity("vendor", Bytes(48, 1));
    auto chain = crypto::parse_certificates(made.identity.certificates).value();
    const crypto::ChainPolicy policy{.roots = {made.root},
                                     .time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    BOOST_TEST(crypto::chain_violations(chain, policy).empty());
    BOOST_TEST(equal(chain.back().public_key().spki(), device_key(Bytes(48, 1)).public_key().spki()));
    BOOST_TEST(equal(made.root.der(), make_identity("vendor", Bytes(48, 2)).root.der()));
    BOOST_TEST((made.identity.certificates != make_identity("vendor", Bytes(48, 2)).identity.certificates));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
