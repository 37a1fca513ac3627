package org.penstock.daemon.description;

/**
 * One reason to refuse a description.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param pointer JSON pointer (RFC 6901) of the field, empty for the whole
 * @param expected what would be accepted
 * @param actual what was found, cut where it is long
 */
public record MetadataProblem(String pointer, String expected, String actual) {
    @Override
    public String toString() {
        return "field=" + (pointer.isEmpty() ? "/" : pointer) + ", expected=" + expected + ", actual=" + actual;
    }
}
