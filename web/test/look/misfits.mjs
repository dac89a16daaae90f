/**
 * Runs in the page: tells of every text that is cut off, runs out of its box, or lies beside the page. What scrolls or
 * is meant for screen readers only is left out.
 */
export function misfits() {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const slack = 2 // px: letters may hang over by a hair
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeValue.trim()
    const parent = node.parentElement
    if (!text || !parent || parent.closest('.unseen, [hidden], script, style, select, noscript, .skip')) continue
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const fault = [...range.getClientRects()].map((r) => faultOf(r, parent)).find(Boolean)
    if (fault) found.push(`text ${fault}: "${text.slice(0, 60)}" in ${nameOf(parent)}`)
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`)
  return found

  function faultOf(rect, from) {
    if (rect.width === 0 || rect.height === 0) return null
    for (let e = from; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e)
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return null
      const box = e.getBoundingClientRect()
      if (box.width <= 2 && box.height <= 2) return null // for screen readers only
      const wide = rect.left < box.left - slack || rect.right > box.right + slack
      // Lines are taller than their letters: a third of a line may be cut off above and below without a trace.
      const high = rect.top < box.top - rect.height / 3 || rect.bottom > box.bottom + rect.height / 3
      const clips = /hidden|clip/.test(style.overflowX) || e instanceof SVGSVGElement
      if (clips && (wide || high)) return `cut off by ${nameOf(e)}`
      if ((wide || high) && e.matches('button, a, label, dialog, .card, td, th, .button')) return `runs out of ${nameOf(e)}`
    }
    return rect.left < -slack || rect.right > innerWidth + slack ? 'lies beside the page' : null
  }
  function nameOf(e) {
    const classes = typeof e.className === 'string' ? e.className : ''
    return e.tagName.toLowerCase() + classes.split(' ').filter((c) => c && !c.startsWith('svelte-')).map((c) => `.${c}`).join('') // prettier-ignore
  }
}
