/** JMH benchmarks of the ring and the threads behind it. */
@NullMarked
package org.penstock.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
