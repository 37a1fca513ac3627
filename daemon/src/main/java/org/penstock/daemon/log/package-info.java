/**
 * How an event becomes a line on standard error: {@link org.penstock.daemon.log.EventEncoder}, which {@code logback.xml} names. Nobody else uses it;
 * everybody logs through SLF4J.
 */
@NullMarked
package org.penstock.daemon.log;

import org.jspecify.annotations.NullMarked;
