import { describe, expect, it } from 'vitest'
import { at, childrenOf, documentOf, element, readXml, textAt } from '../subgraphs/xml.ts'

describe('XML that is sent', () => {
  it('carries every text as text, whatever it looks like', () => {
    const nasty = `</a><b>&amp; "quoted" 'ü€🙂' ]]> <!-- x -->`
    const xml = documentOf(element('a', nasty, { note: nasty }))
    const root = readXml(xml)
    expect([root.text, root.attributes.note, root.children]).toEqual([nasty, nasty, []])
  })

  it('leaves out letters that XML cannot carry, and elements that nobody said', () => {
    const xml = documentOf(element('a', [...element('b', 'x\u0000\u000by\ud800'), ...element('c', null)]))
    expect(xml).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<a><b>xy\ufffd</b></a>')
  })
})

describe('XML that is read', () => {
  it('keeps order, attributes, prefixes apart, and texts exactly: a number stays the text it was', () => {
    const root = readXml('<?xml version="1.0"?><r xmlns:p="u"><p:i n="01">1.500</p:i><q/><i>  00 </i></r>')
    expect(childrenOf(root, 'i').map(({ text }) => text)).toEqual(['1.500', '  00 '])
    expect(at(root, 'i')?.attributes).toEqual({ n: '01' })
    expect([textAt(root, 'i'), textAt(root, 'q'), textAt(root, 'no', 'where')]).toEqual(['1.500', null, null])
  })

  it('reads CDATA, and letters that are written as numbers or names', () => {
    const root = readXml('<r><a><![CDATA[<&>]]></a><b>&#228;&#x20AC;&lt;&amp;lt;</b></r>')
    expect([textAt(root, 'a'), textAt(root, 'b')]).toEqual(['<&>', 'ä€<&lt;'])
  })

  it.each([
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'],
    ['a bomb of entities', '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>'],
    ['half a document', '<r><a>'],
    ['a page of a proxy', '<html><body><p>Bad gateway<br></body></html>'],
    ['nothing', ''],
    ['deep nesting', `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`],
  ])('refuses %s as BAD_ANSWER', (_what, text) => {
    expect(() => readXml(text)).toThrow(expect.objectContaining({ code: 'BAD_ANSWER' }))
  })
})
