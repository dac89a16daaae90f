import { mount } from 'svelte'
import './app.css'
import { firstLanguage } from './lib/app.svelte'
import Root from './Root.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no element with the id "app"')
// The first picture is in the right language already.
const language = await firstLanguage()
mount(Root, { target, props: { language } })
