package org.penstock.daemon.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of {@code --http-port}.
 *
 * @param number 0 = any free one, null = off
 */
record HttpPort(@Nullable Integer number) {

    /** Reads {@code off} or a number. */
    static final class Reader implements ITypeConverter<HttpPort> {
        @Override
        public HttpPort convert(String text) {
            try {
                return new HttpPort(text.equals("off") ? null : Integer.valueOf(text));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected=off or a port, actual=" + text);
            }
        }
    }
}
