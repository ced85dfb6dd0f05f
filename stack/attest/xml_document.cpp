#include "stack/attest/xml_document.h"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>

namespace assay::attest {

namespace {

constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

struct ContextReleaser {
    void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};
using ContextPtr = std::unique_ptr<xmlParserCtxt, ContextReleaser>;

struct TextReleaser {
    void operator()(xmlChar* text) const { xmlFree(text); }
};
using TextPtr = std::unique_ptr<xmlChar, TextReleaser>;

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::unexpected<Error> wrong(std::string why) {
    return fail(Errc::bad_text, "XML", Error::npos, std::move(why));
}

// The encoding is fixed: what is counted here must be what the parser sees.
xmlDoc* read(xmlParserCtxt* context, ByteView xml) {
    return xmlCtxtReadMemory(context, reinterpret_cast<const char*>(xml.data()), static_cast<int>(xml.size()),
                             nullptr, "UTF-8", kOptions);
}

bool too_many_attributes(ByteView xml) {
    size_t count = 0;
    for (const uint8_t byte : xml) {
        if (byte == '<') count = 0;
        if (byte == '=' && ++count > kMaxXmlAttributes) return true;
    }
    return false;
}

// The parser's user data is a Probe; it stops at whatever comes first.
struct Probe {
    xmlParserCtxt* context = nullptr;
    bool document_type = false;

    static void on_document_type(void* user, const xmlChar*, const xmlChar*, const xmlChar*) {
        auto* probe = static_cast<Probe*>(user);
        probe->document_type = true;
        xmlStopParser(probe->context);
    }
    static void on_element(void* user, const xmlChar*, const xmlChar*, const xmlChar*, int, const xmlChar**,
                           int, int, const xmlChar**) {
        xmlStopParser(static_cast<Probe*>(user)->context);
    }
};

void ignore_error(void*, xmlError*) {}

void collect(const XmlElement& element, std::string_view space, std::string_view name,
             std::vector<XmlElement>& found) {
    if (element.is(space, name)) found.push_back(element);
    for (const XmlElement& child : element.children()) collect(child, space, name, found);
}

}  // namespace

XmlSilence::XmlSilence() : context_(xmlStructuredErrorContext), handler_(xmlStructuredError) {
    xmlSetStructuredErrorFunc(nullptr, ignore_error);
}

XmlSilence::~XmlSilence() { xmlSetStructuredErrorFunc(context_, handler_); }

bool declares_document_type(ByteView xml) {
    // In UTF-8 there is no other way to write one; that it is no comment only the parser knows.
    const std::string_view text(reinterpret_cast<const char*>(xml.data()), xml.size());
    if (!text.contains("<!DOCTYPE") || text.size() > kMaxXml || too_many_attributes(xml)) return false;
    const XmlSilence silence;
    const ContextPtr context(xmlNewParserCtxt());
    if (context == nullptr) return true;
    Probe probe{.context = context.get()};
    *context->sax = {};
    context->sax->initialized = XML_SAX2_MAGIC;
    context->sax->internalSubset = Probe::on_document_type;
    context->sax->startElementNs = Probe::on_element;
    context->userData = &probe;
    const XmlDocument none(read(context.get(), xml));
    return probe.document_type;
}

Result<XmlDocument> parse_xml(ByteView xml) {
    if (xml.size() > kMaxXml) return wrong(fmt::format("it has {} bytes, and {} may", xml.size(), kMaxXml));
    if (too_many_attributes(xml)) return wrong("an element has too many attributes");
    const XmlSilence silence;
    const ContextPtr context(xmlNewParserCtxt());
    if (context == nullptr) return wrong("there is no memory for it");
    XmlDocument document(read(context.get(), xml));
    if (document != nullptr && xmlDocGetRootElement(document.get()) != nullptr) return document;
    const xmlError* error = xmlCtxtGetLastError(context.get());
    if (error == nullptr || error->message == nullptr) return wrong("it is no XML");
    std::string message(error->message);
    while (!message.empty() && message.back() == '\n') message.pop_back();
    return wrong(fmt::format("line {}: {}", error->line, message.substr(0, 160)));
}

std::string_view XmlElement::name() const { return view(node_->name); }

std::string_view XmlElement::name_space() const {
    return node_->ns == nullptr ? std::string_view() : view(node_->ns->href);
}

bool XmlElement::is(std::string_view space, std::string_view name) const {
    return this->name() == name && name_space() == space;
}

std::vector<XmlElement> XmlElement::children() const {
    std::vector<XmlElement> all;
    for (xmlNode* child = node_->children; child != nullptr; child = child->next)
        if (child->type == XML_ELEMENT_NODE) all.emplace_back(child);
    return all;
}

std::vector<XmlElement> XmlElement::children(std::string_view space, std::string_view name) const {
    std::vector<XmlElement> all = children();
    std::erase_if(all, [&](const XmlElement& child) { return !child.is(space, name); });
    return all;
}

std::vector<XmlElement> XmlElement::descendants(std::string_view space, std::string_view name) const {
    std::vector<XmlElement> found;
    collect(*this, space, name, found);
    return found;
}

std::string XmlElement::text() const {
    const TextPtr text(xmlNodeListGetString(node_->doc, node_->children, 1));
    return std::string(view(text.get()));
}

std::vector<XmlElement::Attribute> XmlElement::attributes() const {
    std::vector<Attribute> all;
    for (const xmlAttr* attribute = node_->properties; attribute != nullptr; attribute = attribute->next) {
        const TextPtr value(xmlNodeListGetString(node_->doc, attribute->children, 1));
        all.push_back({std::string(view(attribute->name)),
                       std::string(attribute->ns == nullptr ? std::string_view() : view(attribute->ns->href)),
                       std::string(view(value.get()))});
    }
    return all;
}

std::optional<std::string> XmlElement::attribute(std::string_view name, std::string_view space) const {
    for (Attribute& attribute : attributes())
        if (attribute.name == name && attribute.name_space == space) return std::move(attribute.value);
    return {};
}

}  // namespace assay::attest
